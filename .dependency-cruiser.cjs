/** Who may import whom: the folders of docs/architecture.md. */
const only = (folder, ...allowed) => ({
  name: `${folder}-imports`,
  severity: 'error',
  comment: `${folder}/ may import ${allowed.length ? allowed.join(', ') : 'nothing of ours'}`,
  from: { path: `^${folder}/` },
  to: {
    path: '^(schemas|platform|ingest|processors|api|deploy|tests)/',
    pathNot: `^(${[folder, ...allowed].join('|')})/`,
  },
})

module.exports = {
  forbidden: [
    only('schemas'),
    only('platform', 'schemas'),
    only('ingest', 'schemas', 'platform'),
    only('processors', 'schemas', 'platform'),
    only('api', 'schemas', 'platform'),
    only('deploy', 'schemas', 'platform'),
    {
      name: 'windows-are-pure',
      severity: 'error',
      comment: 'processors/windows/ is the pure core: no I/O, no platform clients',
      from: { path: '^processors/windows/' },
      to: { path: '^(platform/|node:)', pathNot: '^platform/(clock|window-sizes)' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^api/wallboard/dist' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
}
