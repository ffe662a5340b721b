import { isNumber, isNumberOrNull, isObject } from '../../client/json-types.ts'

/** Says whether JSON is of a shape; what more it holds does not matter. */
export type Shape<T> = (json: unknown) => json is T
export type Shaped<S> = S extends Shape<infer T> ? T : never

export const isText: Shape<string> = json => typeof json === 'string'
export const isTextOrNull: Shape<string | null> = json => json === null || typeof json === 'string'
export const isFlag: Shape<boolean> = json => typeof json === 'boolean'
export { isNumber, isNumberOrNull }

export function listOf<T>(is: Shape<T>): Shape<readonly T[]> {
  return (json): json is readonly T[] => Array.isArray(json) && json.every(is)
}

export function orNull<T>(is: Shape<T>): Shape<T | null> {
  return (json): json is T | null => json === null || is(json)
}

/** An object as a map: any names, values of one shape. */
export function mapOf<T>(is: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (json): json is Readonly<Record<string, T>> => isObject(json) && Object.values(json).every(is)
}

export function objectOf<T extends object>(shapes: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  return (json): json is T => {
    if (!isObject(json)) return false
    for (const name in shapes) if (!shapes[name](json[name])) return false
    return true
  }
}

/** A value of the shape, or undefined where it is of another. */
export function reader<T>(is: Shape<T>): (json: unknown) => T | undefined {
  return json => (is(json) ? json : undefined)
}
