import { type Route, routesOf } from '../route.ts'
import type { Simulator } from '../simulator.ts'
import { savedAnswer, stateAnswer } from './answers.ts'

const route = routesOf<Simulator>()

const tag = 'World'

/** Operations on the world as a whole. */
export const worldRoutes: Route<Simulator>[] = [
  route({
    method: 'GET',
    path: '/state',
    operation: 'state',
    tag,
    summary: 'Everything',
    answer: stateAnswer,
    run: (simulator) => simulator.state(),
  }),
  route({
    method: 'POST',
    path: '/save',
    operation: 'save',
    tag,
    summary: 'Writes the world to the file that the simulator was started with; 409 without one',
    answer: savedAnswer,
    run: (simulator) => simulator.save(),
  }),
  route({
    method: 'POST',
    path: '/reset',
    operation: 'reset',
    tag,
    summary: 'A new world; all connections are cut',
    run: (simulator) => simulator.reset(),
  }),
]
