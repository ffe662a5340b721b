/**
 * What the engine can reach outside its own tables, as a closed list: every table function, table engine and database
 * engine of the running engine stands in one of these tables, or tests/integration/clickhouse/attacks.test.ts fails.
 */

interface Source {
  /** Privileges of the engine that the setting grants. */
  readonly grants: readonly string[]
  readonly functions: readonly string[]
  readonly engines: readonly string[]
}

/** What CLICKHOUSE_ALLOW may turn on, by name; all of it is off by default. */
export const sources = {
  url: { grants: ['URL'], functions: ['url', 'urlCluster'], engines: ['URL'] },
  remote: {
    grants: ['REMOTE', 'CLUSTER'],
    functions: ['remote', 'remoteSecure', 'cluster', 'clusterAllReplicas'],
    engines: ['Remote', 'RemoteSecure', 'Distributed'],
  },
  s3: {
    grants: ['S3'],
    functions: words(`s3 s3Cluster gcs cosn oss iceberg icebergCluster icebergS3 icebergS3Cluster deltaLake
      deltaLakeCluster deltaLakeS3 deltaLakeS3Cluster hudi hudiCluster paimon paimonCluster paimonS3 paimonS3Cluster`),
    engines: words('S3 S3Queue GCS COSN OSS Iceberg IcebergS3 DeltaLake DeltaLakeS3 Hudi Paimon PaimonS3'),
  },
  azure: {
    grants: ['AZURE'],
    functions: words(`azureBlobStorage azureBlobStorageCluster icebergAzure icebergAzureCluster deltaLakeAzure
      deltaLakeAzureCluster paimonAzure paimonAzureCluster`),
    engines: words('AzureBlobStorage AzureQueue IcebergAzure DeltaLakeAzure PaimonAzure'),
  },
  hdfs: {
    grants: ['HDFS'],
    functions: words('hdfs hdfsCluster icebergHDFS icebergHDFSCluster paimonHDFS paimonHDFSCluster'),
    engines: words('HDFS IcebergHDFS PaimonHDFS'),
  },
  mysql: { grants: ['MYSQL'], functions: ['mysql'], engines: ['MySQL'] },
  postgresql: { grants: ['POSTGRES'], functions: ['postgresql'], engines: ['PostgreSQL'] },
  mongodb: { grants: ['MONGO'], functions: ['mongodb'], engines: ['MongoDB'] },
  redis: { grants: ['REDIS'], functions: ['redis'], engines: ['Redis'] },
  odbc: { grants: ['ODBC'], functions: ['odbc'], engines: ['ODBC'] },
  jdbc: { grants: ['JDBC'], functions: ['jdbc'], engines: ['JDBC'] },
  kafka: { grants: ['KAFKA'], functions: [], engines: ['Kafka'] },
} as const satisfies Readonly<Record<string, Source>>

export type SourceName = keyof typeof sources
export const sourceNames: readonly SourceName[] = Object.keys(sources).filter(isSourceName)

/** Table functions that read nothing but tables, or make rows up. `file` and `format` have rules of their own. */
export const harmlessFunctions: ReadonlySet<string> = new Set(
  words(`numbers numbers_mt zeros zeros_mt primes generateSeries generate_series generateRandom values
    SQLStandardValues null view viewExplain viewIfPermitted merge loop input fuzzJSON fuzzQuery file format
    mergeTreeAnalyzeIndexes mergeTreeAnalyzeIndexesUUID mergeTreeIndex mergeTreeProjection mergeTreeTextIndex
    timeSeriesData timeSeriesMetrics timeSeriesSamples timeSeriesSelector timeSeriesTags dictionary`),
)

/** Table functions that nothing turns on: files anywhere, programs, statements in a string. */
export const forbiddenFunctions: ReadonlySet<string> = new Set(
  words(`executable eval filesystem fileCluster sqlite arrowstream deltaLakeLocal icebergLocal icebergLocalCluster
    paimonLocal ytsaurus prometheusQuery prometheusQueryRange python`),
)

/** Table engines that keep what they hold in the data directory or in memory. */
export const harmlessEngines: ReadonlySet<string> = new Set(
  words(`MergeTree ReplacingMergeTree SummingMergeTree AggregatingMergeTree CollapsingMergeTree
    VersionedCollapsingMergeTree GraphiteMergeTree CoalescingMergeTree Memory Log TinyLog StripeLog Null View
    MaterializedView Buffer Merge Join Set GenerateRandom Alias Loop FuzzJSON FuzzQuery TimeSeries`),
)

/** Table engines that nothing turns on: paths of one's own, programs, statements as rows, a Keeper. */
export const forbiddenEngines: ReadonlySet<string> = new Set(
  words(`File FileLog EmbeddedRocksDB SQLite Executable ExecutablePool QueryRunner Dictionary KeeperMap ArrowStream
    DeltaLakeLocal IcebergLocal PaimonLocal MaterializedPostgreSQL WindowView YTsaurus
    ReplicatedMergeTree ReplicatedReplacingMergeTree ReplicatedSummingMergeTree ReplicatedAggregatingMergeTree
    ReplicatedCollapsingMergeTree ReplicatedVersionedCollapsingMergeTree ReplicatedGraphiteMergeTree
    ReplicatedCoalescingMergeTree`),
)

export const harmlessDatabaseEngines: ReadonlySet<string> = new Set(['Atomic', 'Memory', 'Ordinary'])
export const forbiddenDatabaseEngines: ReadonlySet<string> = new Set(
  words(`Backup DataLakeCatalog Dictionary Filesystem HDFS MaterializedPostgreSQL MySQL PostgreSQL Replicated S3
    SQLite`),
)

/** Functions (not table functions) that open a file by name. The engine has no privilege for them. */
export const forbiddenScalars: ReadonlySet<string> = new Set(['file', 'catboostEvaluate'])

/** What may be done with the tables of the database; a privilege that is not named is not given. */
export const tableGrants =
  'SHOW, SELECT, INSERT, ALTER UPDATE, ALTER DELETE, ALTER COLUMN, ALTER MODIFY COMMENT, ALTER MODIFY DATABASE COMMENT, ' +
  'ALTER INDEX, ALTER STATISTICS, ALTER PROJECTION, ALTER CONSTRAINT, ALTER TTL, ALTER SETTINGS, ALTER VIEW, ' +
  'CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE TEMPORARY TABLE, CREATE FUNCTION, DROP, UNDROP TABLE, ' +
  'TRUNCATE, OPTIMIZE, CHECK, KILL QUERY, dictGet'

/**
 * Settings that no request changes, with the value they have: each would name a file or a server, or have a string run
 * as SQL.
 */
export const pinnedSettings: Readonly<Record<string, string>> = {
  additional_result_filter: '',
  parallel_replicas_custom_key: '',
  schema_inference_hints: '',
  dialect: 'clickhouse',
  allow_experimental_kusto_dialect: '0',
  allow_experimental_prql_dialect: '0',
  allow_experimental_polyglot_dialect: '0',
  allow_experimental_eval_table_function: '0',
  allow_experimental_ai_functions: '0',
  allow_python_table_function: '0',
  allow_introspection_functions: '0',
  allow_archive_path_syntax: '0',
  allow_unrestricted_reads_from_keeper: '0',
  dynamic_disk_allow_from_env: '0',
  dynamic_disk_allow_include: '0',
  dynamic_disk_allow_from_zk: '0',
  engine_file_allow_create_multiple_files: '0',
  engine_file_empty_if_not_exists: '0',
  engine_file_skip_empty_files: '0',
  engine_file_truncate_on_insert: '0',
  filesystem_cache_name: '',
  format_avro_schema_registry_url: '',
  format_schema: '',
  format_template_resultset: '',
  format_template_row: '',
  input_format_record_errors_file_path: '',
  into_outfile_create_parent_directories: '0',
  output_format_schema: '',
  rename_files_after_processing: '',
  traverse_shadow_remote_data_paths: '0',
  url_base: '',
}

/** Settings that only the endpoint sets. A map cannot be given in the engine's configuration, hence the filters. */
export const ownSettings: ReadonlySet<string> = new Set([
  'additional_table_filters',
  'input_format_values_interpret_expressions',
  'input_format_values_deduce_templates_of_expressions',
])

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

export function isSourceName(name: string): name is SourceName {
  return Object.hasOwn(sources, name)
}
