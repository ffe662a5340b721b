import { expect, test } from 'vitest'
import { downloadedJar, kafkaVersion } from '../../../../deploy/local/kafka/broker-jars.ts'
import { clusterId } from '../../../../deploy/local/kafka/format-storage.ts'
import { javaCommand, javaRelease } from '../../../../deploy/local/kafka/java.ts'
import { serverProperties } from '../../../../deploy/local/kafka/server-properties.ts'

test('the Java release is read from what `java -version` says', () => {
  expect(javaRelease('openjdk version "17.0.15" 2025-04-15')).toBe(17)
  expect(javaRelease('openjdk version "21" 2023-09-19')).toBe(21)
  expect(javaRelease('java version "1.8.0_392"')).toBe(8)
  expect(javaRelease('openjdk version "26-ea" 2026-03-17')).toBe(26)
  expect(javaRelease('no Java here')).toBeNull()
})

test('JAVA_HOME goes before the PATH', () => {
  expect(javaCommand({ JAVA_HOME: '/opt/jdk' })).toBe('/opt/jdk/bin/java')
  expect(javaCommand({})).toBe('java')
})

test('progress names the jars Maven has fetched, not where from', () => {
  const line =
    '[INFO] Downloaded from central: https://repository.example/org/x/zstd-jni-1.5.6-10.jar (7.3 MB at 21 MB/s)'
  expect(downloadedJar(line)).toBe('zstd-jni-1.5.6-10.jar (7.3 MB)')
  expect(downloadedJar(line.replaceAll('.jar', '.pom'))).toBeNull()
  expect(downloadedJar(line.replace('Downloaded', 'Downloading'))).toBeNull()
})

test('the version is the one of pom.xml', () => {
  expect(kafkaVersion('<kafka.version>4.1.9</kafka.version>')).toBe('4.1.9')
  expect(kafkaVersion()).toMatch(/^4\.1\.\d+$/)
})

test('a cluster id is 16 bytes and never looks like an option', () => {
  const draws = [Buffer.alloc(16, 0xf8), Buffer.alloc(16, 1)]
  const id = clusterId(() => draws.shift() ?? Buffer.alloc(16))
  expect(id).toBe(Buffer.alloc(16, 1).toString('base64url'))
  expect(Buffer.from(id, 'base64url')).toHaveLength(16)
})

test('the broker listens on the given address only, with its data where it is told', () => {
  const node = { id: 1, port: 9092, controllerPort: 9093 }
  const text = serverProperties({ host: '127.0.0.1', node, nodes: [node], logDir: '/d/log' })
  expect(text).toContain('listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093\n')
  expect(text).toContain('controller.quorum.voters=1@127.0.0.1:9093\n')
  expect(text).toContain('log.dirs=/d/log\n')
  expect(text).toContain('auto.create.topics.enable=false\n')
  expect(text).toContain('default.replication.factor=1\n')
  expect(text).toContain('min.insync.replicas=1\n')
})

test('three brokers are one quorum, keep three replicas, and write while one of them is away', () => {
  const nodes = [1, 2, 3].map(id => ({ id, port: 9092 + 10 * id, controllerPort: 9093 + 10 * id }))
  const text = serverProperties({ host: '127.0.0.1', node: nodes[1]!, nodes, logDir: '/d/log' })
  expect(text).toContain('node.id=2\n')
  expect(text).toContain('listeners=PLAINTEXT://127.0.0.1:9112,CONTROLLER://127.0.0.1:9113\n')
  expect(text).toContain('controller.quorum.voters=1@127.0.0.1:9103,2@127.0.0.1:9113,3@127.0.0.1:9123\n')
  expect(text).toContain('default.replication.factor=3\n')
  expect(text).toContain('offsets.topic.replication.factor=3\n')
  expect(text).toContain('min.insync.replicas=2\n')
})
