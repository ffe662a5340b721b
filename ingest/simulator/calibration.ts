/**
 * Numbers taken from public data sets; the sets themselves are not part of this project.
 * Hours are local hours of the day. Quantiles are at the probabilities in `probabilities`, linear between them.
 */
export const probabilities: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]

/**
 * ITU/Huawei base-station data of 2023: 125,575 hourly loads of 1,217 cells over eight days (no load outside
 * 0 to 1). Shapes: mean load by hour, of working days and of the rest, over the overall mean 0.239. `cellLoad`:
 * quantiles of the cells' mean loads. `idleShare`: intercept / (intercept + slope) of the line through
 * (load, energy) of each of 760 stations, quantiles: the share of full-load energy that is drawn without load.
 */
export const radioCalibration = {
  workday: [
    1.157, 0.907, 0.611, 0.423, 0.313, 0.264, 0.26, 0.392, 0.679, 0.906, 0.959, 1.049, 1.143, 1.277, 1.364,
    1.296, 1.32, 1.395, 1.405, 1.425, 1.323, 1.28, 1.298, 1.291,
  ],
  weekend: [
    1.233, 0.848, 0.599, 0.415, 0.31, 0.286, 0.266, 0.43, 0.885, 1.097, 1.134, 1.101, 1.141, 1.327, 1.412,
    1.238, 1.366, 1.418, 1.503, 1.577, 1.487, 1.324, 1.388, 1.384,
  ],
  cellLoad: [0.0336, 0.0495, 0.0698, 0.0916, 0.1141, 0.1449, 0.1912, 0.2454, 0.3344, 0.476, 0.5736],
  idleShare: [0.2161, 0.2459, 0.3227, 0.4053, 0.471, 0.517, 0.5415, 0.5718, 0.6105, 0.6699, 0.715],
} as const

/**
 * Cornell BioHPC: 94,636 server hours of 6 servers, 2022-08 to 2025-10. Mean of power / the server's own mean,
 * by hour and by day of the week (Monday first). `spread`: standard deviation of that ratio, about 0.8, of a mean
 * of some 20 servers to a rack.
 * `impossible`: share of negative powers and temperatures in the NREL ESIF cooling data (825 of 459,161 rows).
 */
export const serverCalibration = {
  hour: [
    1.027, 1.01, 0.996, 0.974, 0.954, 0.943, 0.923, 0.913, 0.907, 0.933, 0.965, 1.002, 1.015, 1.025, 1.025,
    1.035, 1.05, 1.055, 1.054, 1.044, 1.034, 1.039, 1.044, 1.034,
  ],
  day: [0.958, 1.006, 1.035, 1.042, 1.024, 0.992, 0.944],
  spread: 0.18,
  impossible: 0.0018,
} as const

/**
 * German public car parks, 2026-07-22 to 2026-08-21: 985,832 changes of 409 car parks, 485 with a capacity.
 * Occupancy: mean over car parks sampled each half hour (those with at most 5 % impossible rows).
 * `exits`: rises of the free count / capacity / hour, a lower bound (entries in between hide exits).
 * `capacity`: quantiles of capacities; `lotOccupancy`: of 128 car parks' mean occupancy.
 * `impossible`: share of rows with more free spaces than there are, or fewer than none (32,259 of 985,832);
 * they come from few car parks at a time, for hours.
 */
export const parkingCalibration = {
  occupancyWorkday: [
    0.296, 0.292, 0.303, 0.312, 0.314, 0.316, 0.326, 0.348, 0.393, 0.449, 0.515, 0.571, 0.595, 0.596, 0.587,
    0.569, 0.544, 0.518, 0.494, 0.478, 0.45, 0.415, 0.377, 0.336,
  ],
  occupancySaturday: [
    0.362, 0.337, 0.325, 0.324, 0.321, 0.318, 0.319, 0.324, 0.318, 0.335, 0.402, 0.498, 0.569, 0.613, 0.629,
    0.634, 0.628, 0.613, 0.593, 0.575, 0.549, 0.522, 0.487, 0.439,
  ],
  occupancySunday: [
    0.401, 0.374, 0.364, 0.36, 0.355, 0.35, 0.347, 0.341, 0.334, 0.325, 0.336, 0.354, 0.375, 0.394, 0.4,
    0.403, 0.401, 0.388, 0.385, 0.387, 0.375, 0.353, 0.326, 0.293,
  ],
  exitsWorkday: [
    0.01, 0.003, 0.004, 0.002, 0.002, 0.004, 0.017, 0.012, 0.013, 0.018, 0.018, 0.025, 0.036, 0.042, 0.046,
    0.053, 0.054, 0.052, 0.048, 0.044, 0.051, 0.035, 0.044, 0.033,
  ],
  exitsSaturday: [
    0.042, 0.024, 0.011, 0.006, 0.004, 0.005, 0.007, 0.017, 0.018, 0.011, 0.01, 0.017, 0.022, 0.026, 0.036,
    0.037, 0.045, 0.047, 0.041, 0.049, 0.053, 0.034, 0.055, 0.051,
  ],
  exitsSunday: [
    0.04, 0.023, 0.023, 0.008, 0.006, 0.005, 0.015, 0.009, 0.01, 0.013, 0.029, 0.019, 0.021, 0.021, 0.024,
    0.032, 0.037, 0.032, 0.023, 0.026, 0.03, 0.024, 0.032, 0.025,
  ],
  capacity: [21, 40, 75, 125, 183, 241, 299, 366, 452, 572, 747],
  lotOccupancy: [0.1838, 0.2081, 0.2606, 0.3342, 0.3619, 0.3895, 0.4647, 0.5222, 0.6148, 0.701, 0.752],
  impossible: 0.033,
} as const

/** SciGRID (Germany): lengths, km, of 402 lines of 220 kV and 450 of 380 kV; quantiles. */
export const gridCalibration = {
  length220Km: [0.77, 2.349, 5.432, 10.361, 15.774, 21.835, 29.267, 37.515, 46.72, 66.41, 81.783],
  length380Km: [0.376, 1.008, 6.721, 14.743, 22.016, 30.516, 41.955, 50.881, 64.968, 90.79, 118.953],
} as const

/** The value below which a share `u` of a distribution lies; flat outside the tabulated probabilities. */
export function quantile(table: readonly number[], u: number): number {
  const above = probabilities.findIndex(probability => probability >= u)
  if (above === 0) return table[0] ?? 0
  if (above === -1) return table[table.length - 1] ?? 0
  const [p0 = 0, p1 = 1] = [probabilities[above - 1], probabilities[above]]
  const [v0 = 0, v1 = 0] = [table[above - 1], table[above]]
  return v0 + ((u - p0) / (p1 - p0)) * (v1 - v0)
}
