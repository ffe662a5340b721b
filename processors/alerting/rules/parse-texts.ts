import type { Node } from 'yaml'
import {
  annotationKeys,
  builtInLabels,
  foreignKeys,
  longest,
  most,
  requiredAnnotations,
} from './rule-keys.ts'
import { parseTemplate } from './template/parse-template.ts'
import type { YamlSource } from './yaml/yaml-source.ts'

const nameForm = 'letters, digits and _, a letter first, at most 64'

export function parseLabels(source: YamlSource, node: Node): Readonly<Record<string, string>> | undefined {
  const entries = source.entries(node, 'labels')
  if (!entries) return undefined
  if (entries.size > most.labels)
    return source.report(node, 'too_many', `labels are ${entries.size}, at most ${most.labels}`)
  const labels: Record<string, string> = {}
  for (const [name, { key, value }] of entries) {
    if (builtInLabels.some(label => label === name)) {
      source.report(key, 'reserved_label', `label ${name}: every alert has it already`, 'choose another name')
    } else if (!/^[A-Za-z_]\w{0,63}$/.test(name)) {
      source.report(key, 'bad_name', `label ${name.slice(0, longest.name)} is no name`, nameForm)
    } else {
      labels[name] = source.shortText(value, `label ${name}`, longest.label) ?? ''
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
    const text = source.shortText(value, name, longest.annotation) ?? ''
    for (const { message, hint } of parseTemplate(text, [...labels, ...builtInLabels]).mistakes) {
      source.report(value, 'bad_template', `${name}: ${message}`, hint)
    }
    annotations[name] = text
  }
  return annotations
}
