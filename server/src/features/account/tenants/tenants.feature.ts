import type { Feature } from '../../../feature.ts'
import { startListening } from './changes.service.ts'

/** Tenants, and how every process is notified of changed identities. */
export const tenantsFeature: Feature = {
  name: 'tenants',
  start: startListening,
}
