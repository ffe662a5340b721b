/** Keeps the screen from blanking, where the browser can. A hidden page loses the lock, so it is taken anew when shown. */
export function keepAwake(): () => void {
  const { wakeLock } = navigator
  // Absent outside https and in older browsers; a wall's screen is set not to blank there.
  if (!wakeLock) return () => undefined
  let lock: WakeLockSentinel | undefined
  let wanted = true
  const take = async (): Promise<void> => {
    if (!wanted || document.visibilityState !== 'visible' || (lock && !lock.released)) return
    try {
      lock = await wakeLock.request('screen')
      if (!wanted) await lock.release()
    } catch {
      // Refused, say for a low battery: the wall works all the same, and asks again when it is next shown.
      lock = undefined
    }
  }
  const onShown = (): void => void take()
  document.addEventListener('visibilitychange', onShown)
  void take()
  return () => {
    wanted = false
    document.removeEventListener('visibilitychange', onShown)
    void lock?.release()
  }
}
