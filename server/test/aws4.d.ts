declare module 'aws4' {
  /** The parts of a request that its signature covers. */
  interface SignedRequest {
    service: string
    region: string
    method: string
    host: string
    path: string
    headers: Record<string, string>
  }
  const aws4: {
    sign(
      request: SignedRequest,
      keys: { accessKeyId: string; secretAccessKey: string },
    ): { headers: Record<string, string> }
  }
  // biome-ignore lint/style/noDefaultExport: it is how the package exports it
  export default aws4
}
