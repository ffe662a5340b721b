/** The economic circle of every prefecture-level city of the province, by the first four digits of its code. */
const circleOfCity: Readonly<Record<string, string>> = {
  '3701': 'circle-shenghui', // Jinan
  '3702': 'circle-jiaodong', // Qingdao
  '3703': 'circle-shenghui', // Zibo
  '3704': 'circle-lunan', // Zaozhuang
  '3705': 'circle-shenghui', // Dongying
  '3706': 'circle-jiaodong', // Yantai
  '3707': 'circle-jiaodong', // Weifang
  '3708': 'circle-lunan', // Jining
  '3709': 'circle-shenghui', // Tai'an
  '3710': 'circle-jiaodong', // Weihai
  '3711': 'circle-jiaodong', // Rizhao
  '3713': 'circle-lunan', // Linyi
  '3714': 'circle-shenghui', // Dezhou
  '3715': 'circle-shenghui', // Liaocheng
  '3716': 'circle-shenghui', // Binzhou
  '3717': 'circle-lunan', // Heze
}

/** The county, its city, its economic circle and the province. */
export function regionsOver(county: string): readonly string[] {
  const city = county.slice(0, 4)
  const circle = circleOfCity[city]
  if (circle === undefined) throw new Error(`${county} is not a county of the province`)
  return [county, `${city}00`, circle, '370000']
}
