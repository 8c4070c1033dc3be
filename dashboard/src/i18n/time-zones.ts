/** Every zone that can be chosen. Browsers leave UTC out of their list and yet name it as their own. */
export const timeZones: readonly string[] = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])]
