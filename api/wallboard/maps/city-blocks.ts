/**
 * Where the cities' blocks of counties stand on the schematic map: columns from west to east, each from north to
 * south. Neighbours are as near as five columns allow; it is not geography and is labelled so.
 */
export const cityBlocks: readonly (readonly string[])[] = [
  // Dezhou, Liaocheng, Heze
  ['371400', '371500', '371700'],
  // Jinan, Tai'an, Jining
  ['370100', '370900', '370800'],
  // Binzhou, Zibo, Zaozhuang
  ['371600', '370300', '370400'],
  // Dongying, Weifang, Linyi
  ['370500', '370700', '371300'],
  // Yantai, Weihai, Qingdao, Rizhao
  ['370600', '371000', '370200', '371100'],
]
