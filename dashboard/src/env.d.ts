/// <reference types="vite/client" />

declare module 'virtual:required-scopes' {
  export const scopes: Readonly<Record<string, readonly string[]>>
}
