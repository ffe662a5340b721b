import type { Node } from 'yaml'
import { annotationKeys, builtInLabels, foreignKeys, requiredAnnotations } from './rule-keys.ts'
import { parseTemplate } from './template/parse-template.ts'
import type { YamlSource } from './yaml/yaml-source.ts'

export function parseLabels(source: YamlSource, node: Node): Readonly<Record<string, string>> | undefined {
  const entries = source.entries(node, 'labels')
  if (!entries) return undefined
  const labels: Record<string, string> = {}
  for (const [name, { key, value }] of entries) {
    if (builtInLabels.some(label => label === name)) {
      source.report(key, 'reserved_label', `label ${name}: every alert has it already`, 'choose another name')
    } else if (!/^[A-Za-z_]\w*$/.test(name)) {
      source.report(key, 'bad_name', `label ${name} is no name`, 'letters, digits and _, a letter first')
    } else {
      labels[name] = source.text(value, `label ${name}`) ?? ''
    }
  }
  return labels
}

/** Templates as they are written, all of them known to render. */
export function parseAnnotations(
  source: YamlSource,
  node: Node,
  labels: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const entries = source.mapping(node, 'annotations', annotationKeys, requiredAnnotations, foreignKeys)
  if (!entries) return undefined
  const annotations: Record<string, string> = {}
  for (const [name, { value }] of entries) {
    const text = source.text(value, name) ?? ''
    for (const { message, hint } of parseTemplate(text, [...labels, ...builtInLabels]).mistakes) {
      source.report(value, 'bad_template', `${name}: ${message}`, hint)
    }
    annotations[name] = text
  }
  return annotations
}
