import type { Feed } from '../../../schemas/records/record.ts'
import type { ScreenId } from '../state/screen-id.ts'
import type { Language } from './language.ts'

/** Every word on the wall that is not a region's or KPI's name. */
export interface Texts {
  readonly title: string
  readonly screens: Readonly<Record<ScreenId, string>>
  readonly screensLabel: string
  readonly feeds: Readonly<Record<Feed, string>>
  readonly records: Readonly<Record<string, string>>
  readonly coverage: string
  readonly byEvent: string
  readonly noData: string
  readonly noDataSince: (time: string) => string
  readonly old: (age: string) => string
  readonly provisional: string
  readonly final: string
  readonly corrected: string
  readonly was: (value: string) => string
  readonly unsure: string
  readonly target: string
  readonly live: string
  readonly connecting: string
  readonly lost: string
  readonly dataAge: (age: string) => string
  readonly staleBanner: (age: string) => string
  readonly endedBanner: (why: string) => string
  readonly signInHint: string
  readonly token: string
  readonly wallName: string
  readonly signIn: string
  readonly simulated: (speed: string) => string
  readonly otherLanguage: string
  readonly chooseKpi: string
  readonly wholeProvince: string
  readonly better: string
  readonly worse: string
  readonly less: string
  readonly more: string
  readonly lastHour: string
  readonly counties: string
  readonly schematic: string
  readonly region: string
  readonly value: string
  readonly status: string
  readonly gaps: string
  readonly noGaps: string
  readonly gapsUnknown: string
  readonly allCities: string
  readonly allFeeds: string
  readonly moreGaps: (count: number) => string
  readonly worstFive: string
  readonly highestFive: string
  readonly overHour: string
  readonly plan: string
  readonly reached: string
  readonly ofTarget: (share: string) => string
  readonly short: (difference: string) => string
  readonly health: string
  readonly healthFromCells: string
  /** Offsets of a topic that nobody could read. */
  readonly unread: (topic: string, partition: number, offsets: string, messages: number) => string
  readonly unreadMore: (count: number) => string
  readonly unreadReasons: Readonly<Record<string, string>>
  readonly perSecond: string
  readonly duplicates: string
  readonly late: string
  readonly rejected: string
  /** Assets with readings that are kept and not measured. */
  readonly suspectAssets: string
  readonly suspectAssetsTitle: string
  readonly watermarkDelay: string
  readonly windowAge: string
  readonly problems: (count: number) => string
  readonly silentBanner: (age: string) => string
  /** After the silent banner, where that is why. */
  readonly silentForDisk: string
  readonly searchRegion: string
  readonly nothingFound: string
  readonly close: string
  readonly cities: string
  readonly distribution: string
  readonly countiesWithData: (count: number, all: number) => string
  readonly countiesOld: (count: number) => string
  readonly lowest: string
  readonly median: string
  readonly middleHalf: string
  readonly highest: string
  readonly peerMedian: string
  readonly amongPeers: string
  readonly position: string
  readonly silentAssets: string
  readonly ofAssets: (count: string) => string
  readonly noneSilent: string
  readonly historyAway: string
  readonly disk: Readonly<Record<'low' | 'full', string>>
  readonly since: (time: string) => string
  readonly longerThan: (age: string) => string
  /** It does send, and what it sends is refused for this reason. */
  readonly refused: (code: string) => string
  readonly highestFirst: string
  readonly worstFirst: string
  readonly comparedWith: Readonly<Record<'week' | 'day' | 'hour', string>>
  readonly noComparison: Readonly<Record<'asking' | 'none' | 'away', string>>
  readonly noWeek: string
  readonly axis: (low: string, high: string) => string
  readonly pace: (value: string) => string
  readonly paceIn: (days: number) => string
  readonly back: string
}

const zh: Texts = {
  title: '城市大脑',
  screens: {
    overview: '总览',
    radio: '网络',
    datacenter: '数据中心',
    grid: '电网',
    parking: '停车',
    region: '地区',
    ranking: '排名',
    handover: '交接班',
    timemachine: '回溯',
  },
  screensLabel: '页面',
  feeds: { radio: '移动网络', datacenter: '数据中心', grid: '电网巡检', parking: '智慧停车' },
  records: {
    radio_pm: '无线性能',
    radio_alarm: '无线告警',
    rack: '机柜',
    facility: '机房',
    grid_inspection: '线路巡检',
    grid_defect: '线路缺陷',
    parking: '停车场',
  },
  coverage: '覆盖',
  byEvent: '按事件上报',
  noData: '无数据',
  noDataSince: time => `${time} 起无数据`,
  old: age => `${age}前`,
  provisional: '暂定',
  final: '最终',
  corrected: '已修正',
  was: value => `原 ${value}`,
  unsure: '覆盖不足',
  target: '目标',
  live: '实时',
  connecting: '连接中',
  lost: '已断开',
  dataAge: age => `数据 ${age}前`,
  staleBanner: age => `连接中断 ${age}，以下数值不是当前值，正在重连`,
  endedBanner: why => `服务器拒绝连接：${why}`,
  signInHint: '请输入令牌；大屏令牌由管理员发放，并附大屏名称',
  token: '令牌',
  wallName: '大屏名称（仅大屏令牌需要）',
  signIn: '登录',
  simulated: speed => `模拟时间 ×${speed}`,
  otherLanguage: 'English',
  chooseKpi: '地图指标',
  wholeProvince: '全省',
  better: '较好',
  worse: '需关注',
  less: '低',
  more: '高',
  lastHour: '近1小时',
  counties: '区县',
  schematic: '示意排列，非地理位置',
  region: '地区',
  value: '数值',
  status: '状态',
  gaps: '数据异常',
  noGaps: '各地数据完整、及时',
  gapsUnknown: '连接中断，无法判断',
  allCities: '全省',
  allFeeds: '全部数据',
  moreGaps: count => `另有 ${count} 条`,
  worstFive: '最需关注五市',
  highestFive: '最高五市',
  overHour: '一小时变化',
  plan: '规划目标（全省）',
  reached: '已达标',
  ofTarget: share => `完成 ${share}`,
  short: difference => `差 ${difference}`,
  health: '数据健康',
  healthFromCells: '由全省窗口推算',
  unread: (topic, partition, offsets, messages) =>
    `${topic} 分区 ${partition} 偏移 ${offsets} 无法读取（${messages} 条）`,
  unreadMore: count => `另有 ${count} 段`,
  unreadReasons: {
    damaged: '已损坏',
    too_large: '解压后过大',
    unknown_codec: '未知压缩方式',
    unknown_format: '未知消息格式',
    gone: '读取前已被清除',
  },
  perSecond: '条/秒',
  duplicates: '重复',
  late: '迟到',
  rejected: '拒收',
  suspectAssets: '存疑设备',
  suspectAssetsTitle: '过去一小时有存疑读数的设备：读数保留，不参与计算',
  watermarkDelay: '水位延迟',
  windowAge: '窗口',
  problems: count => `界面问题 ${count}`,
  silentBanner: age => `已 ${age}没有新数据，以下数值不是当前值`,
  silentForDisk: '。数据磁盘已满，腾出空间后自动恢复',
  searchRegion: '搜索地区：名称或代码',
  nothingFound: '没有找到',
  close: '关闭',
  cities: '各市',
  distribution: '区县分布',
  countiesWithData: (count, all) => `${all} 个区县中 ${count} 个有数据`,
  countiesOld: count => `${count} 个区县的数值已过时`,
  lowest: '最低',
  median: '中位数',
  middleHalf: '中间一半',
  highest: '最高',
  peerMedian: '同级中位',
  amongPeers: '同级分布',
  position: '排名',
  silentAssets: '无上报设备',
  ofAssets: count => `共 ${count} 台`,
  noneSilent: '应报设备均有上报',
  historyAway: '历史数据暂不可读',
  disk: { low: '数据磁盘空间不足', full: '数据磁盘已满' },
  since: time => `自 ${time}`,
  longerThan: age => `超过 ${age}`,
  refused: code => `数据被拒收：${code}`,
  highestFirst: '从高到低',
  worstFirst: '最需关注在前',
  comparedWith: { week: '与一周前相比', day: '与一天前相比', hour: '与一小时前相比' },
  noComparison: { asking: '…', none: '尚无历史可比', away: '历史数据暂不可读' },
  noWeek: '尚无一周前的数据',
  axis: (low, high) => `横轴 ${low} – ${high}`,
  pace: value => `按此进度年底 ${value}`,
  paceIn: days => `${days} 天后可推算进度`,
  back: '返回上级',
}

const en: Texts = {
  title: 'City Brain',
  screens: {
    overview: 'Overview',
    radio: 'Network',
    datacenter: 'Data centres',
    grid: 'Grid',
    parking: 'Parking',
    region: 'Region',
    ranking: 'Ranking',
    handover: 'Handover',
    timemachine: 'Time',
  },
  screensLabel: 'Screens',
  feeds: {
    radio: 'Mobile network',
    datacenter: 'Data centres',
    grid: 'Grid inspection',
    parking: 'Smart parking',
  },
  records: {
    radio_pm: 'Radio counters',
    radio_alarm: 'Radio alarms',
    rack: 'Racks',
    facility: 'Facilities',
    grid_inspection: 'Inspections',
    grid_defect: 'Line defects',
    parking: 'Car parks',
  },
  coverage: 'coverage',
  byEvent: 'reports events',
  noData: 'no data',
  noDataSince: time => `no data since ${time}`,
  old: age => `${age} old`,
  provisional: 'provisional',
  final: 'final',
  corrected: 'corrected',
  was: value => `was ${value}`,
  unsure: 'low coverage',
  target: 'target',
  live: 'live',
  connecting: 'connecting',
  lost: 'disconnected',
  dataAge: age => `data ${age} old`,
  staleBanner: age => `Connection lost for ${age}: the values below are not current. Reconnecting.`,
  endedBanner: why => `The server refused the connection: ${why}`,
  signInHint: 'A token is needed. An admin gives out tokens of screens, each with the name of its wall.',
  token: 'Token',
  wallName: 'Name of the wall (for a screen)',
  signIn: 'Sign in',
  simulated: speed => `simulated time ×${speed}`,
  otherLanguage: '中文',
  chooseKpi: 'KPI on the map',
  wholeProvince: 'All',
  better: 'better',
  worse: 'needs attention',
  less: 'low',
  more: 'high',
  lastHour: 'last hour',
  counties: 'Counties',
  schematic: 'schematic, not geographic',
  region: 'Region',
  value: 'Value',
  status: 'State',
  gaps: 'Data gaps',
  noGaps: 'Data complete and in time everywhere',
  gapsUnknown: 'Not known while the connection is lost',
  allCities: 'All cities',
  allFeeds: 'all feeds',
  moreGaps: count => `${count} more`,
  worstFive: 'Five worst cities',
  highestFive: 'Five highest cities',
  overHour: 'over one hour',
  plan: 'Plan targets (province)',
  reached: 'reached',
  ofTarget: share => `${share} done`,
  short: difference => `${difference} to go`,
  health: 'Data health',
  healthFromCells: 'from the province’s windows',
  unread: (topic, partition, offsets, messages) =>
    `${topic} partition ${partition}, offsets ${offsets} cannot be read (${messages} messages)`,
  unreadMore: count => `and ${count} more`,
  unreadReasons: {
    damaged: 'damaged',
    too_large: 'too large once expanded',
    unknown_codec: 'unknown compression',
    unknown_format: 'unknown message format',
    gone: 'gone before they were read',
  },
  perSecond: 'per s',
  duplicates: 'duplicate',
  late: 'late',
  rejected: 'rejected',
  suspectAssets: 'suspect',
  suspectAssetsTitle: 'Assets with doubtful readings in the last hour, which are kept and not measured',
  watermarkDelay: 'delay',
  windowAge: 'window',
  problems: count => `${count} page problems`,
  silentBanner: age => `No new data for ${age}: the values below are not current.`,
  silentForDisk: ' The disk of the data is full; it goes on by itself once there is room.',
  searchRegion: 'Search a region: name or code',
  nothingFound: 'Nothing found',
  close: 'Close',
  cities: 'Cities',
  distribution: 'Across counties',
  countiesWithData: (count, all) => `${count} of ${all} counties have data`,
  countiesOld: count => `${count} counties have old values`,
  lowest: 'lowest',
  median: 'median',
  middleHalf: 'middle half',
  highest: 'highest',
  peerMedian: 'median',
  amongPeers: 'peers',
  position: 'rank',
  silentAssets: 'Silent assets',
  ofAssets: count => `of ${count}`,
  noneSilent: 'All that should report do',
  historyAway: 'History cannot be read now',
  disk: { low: 'Little room on the disk of the data', full: 'The disk of the data is full' },
  since: time => `since ${time}`,
  longerThan: age => `over ${age}`,
  refused: code => `refused: ${code}`,
  highestFirst: 'highest first',
  worstFirst: 'worst first',
  comparedWith: { week: 'against a week ago', day: 'against a day ago', hour: 'against an hour ago' },
  noComparison: { asking: '…', none: 'no history to compare with yet', away: 'history cannot be read now' },
  noWeek: 'no week of data yet',
  axis: (low, high) => `axis ${low} – ${high}`,
  pace: value => `→ ${value} by year end`,
  paceIn: days => `pace in ${days} d`,
  back: 'Go up',
}

export const texts: Readonly<Record<Language, Texts>> = { zh, en }
