import type { FaultKind, Scene, Target } from './fault.ts'

const hourMs = 3_600_000
const gatewayOf = ({ name }: Target): number => Number(name.replace('gateway ', ''))

function setAhead(scene: Scene, target: Target, ms: number): Promise<void> {
  scene.setClockAhead(gatewayOf(target), ms)
  return Promise.resolve()
}

/** The clock of one gateway is an hour ahead: its readings are refused, and everybody else's windows stay open. */
export const clockFaults: readonly FaultKind[] = [
  {
    name: 'clock an hour ahead',
    weight: 2,
    seconds: [5, 40],
    restS: 0,
    targets: ({ gateways }) =>
      Array.from({ length: gateways }, (_, gateway) => ({
        name: `gateway ${gateway}`,
        members: [],
        claims: [`gateway ${gateway}`],
      })),
    begin: (scene, target) => setAhead(scene, target, hourMs),
    end: (scene, target) => setAhead(scene, target, 0),
  },
]
