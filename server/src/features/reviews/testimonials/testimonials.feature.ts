import type { Feature } from '../../../feature.ts'
import { testimonialsOperations } from './testimonials.operations.ts'

/** Reviews as the world sees them. */
export const testimonialsFeature: Feature = { name: 'testimonials', operations: testimonialsOperations }
