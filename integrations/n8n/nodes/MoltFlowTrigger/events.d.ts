/** What can be waited for; the build writes it from the API's description. */
export declare const events: { name: string; value: string; description: string }[]
