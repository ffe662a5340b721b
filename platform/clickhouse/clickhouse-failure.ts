import { ClickHouseError } from '@clickhouse/client'
import { CodedError } from '../errors.ts'

/**
 * What a failed request means:
 * - `away`: ClickHouse cannot be reached or is overloaded; the same request may succeed later;
 * - `disk_full`: ClickHouse has no room; the same request succeeds once somebody has made some;
 * - `data`: the rows themselves are at fault, whoever sends them and whenever;
 * - `gone`: the database or the table is not there; whoever creates them has to do so again;
 * - `refused`: the request is at fault (column, rights); somebody has to act.
 */
export type Failure = 'away' | 'disk_full' | 'data' | 'gone' | 'refused'

/** Failures that pass without a change of ours. */
export const passing: readonly Failure[] = ['away', 'disk_full']

/** NOT_ENOUGH_SPACE: ClickHouse asked before it wrote. */
const notEnoughSpace = 243
/** What the operating system said while ClickHouse wrote, under whatever number. */
const noRoom = /No space left on device|Disk quota exceeded/

/** Error numbers of ClickHouse (`src/Common/ErrorCodes.cpp`). */
const away = new Set([
  3, // UNEXPECTED_END_OF_FILE: the connection broke while it read the body
  23, // CANNOT_READ_FROM_ISTREAM
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  164, // READONLY
  198, // DNS_ERROR
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  225, // NO_ZOOKEEPER
  236, // ABORTED
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  252, // TOO_MANY_PARTS
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  319, // UNKNOWN_STATUS_OF_INSERT
  394, // QUERY_WAS_CANCELLED
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  999, // KEEPER_EXCEPTION
])

const data = new Set([
  6, // CANNOT_PARSE_TEXT
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  131, // TOO_LARGE_STRING_SIZE
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  407, // DECIMAL_OVERFLOW
  469, // VIOLATED_CONSTRAINT
  691, // UNKNOWN_ELEMENT_OF_ENUM
  748, // AVRO_EXCEPTION
])

const gone = new Set([
  60, // UNKNOWN_TABLE
  81, // UNKNOWN_DATABASE
])

export function failureOf(error: unknown): Failure {
  if (error instanceof CodedError) return error.code.endsWith('_unavailable') ? 'away' : 'refused'
  // Anything else that is not an answer of ClickHouse is a broken or refused connection, or a proxy's page.
  if (!(error instanceof ClickHouseError)) return 'away'
  const code = Number(error.code)
  if (data.has(code)) return 'data'
  // Before 26 the Avro library's own errors came as plain C++ exceptions.
  if (code === 1001 && error.message.includes('avro::')) return 'data'
  if (code === notEnoughSpace || noRoom.test(error.message)) return 'disk_full'
  if (gone.has(code)) return 'gone'
  return away.has(code) ? 'away' : 'refused'
}
