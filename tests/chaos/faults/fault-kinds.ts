import { brokerFaults } from './brokers.ts'
import { clockFaults } from './clock.ts'
import { diskFaults } from './disk.ts'
import type { FaultKind } from './fault.ts'
import { freezes } from './freeze.ts'
import { kills } from './kill.ts'
import { rebalances } from './rebalance.ts'
import { storeFaults } from './stores.ts'

/** Everything that can happen. */
export const faultKinds: readonly FaultKind[] = [
  ...kills,
  ...freezes,
  ...rebalances,
  ...brokerFaults,
  ...storeFaults,
  ...diskFaults,
  ...clockFaults,
]
