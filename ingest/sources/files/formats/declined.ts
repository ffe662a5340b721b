/** Files that are known, and cannot become readings without inventing what they do not say. */
export const declined: readonly { readonly header: string; readonly reason: string }[] = [
  {
    header: 'Time,BS,Energy',
    reason: 'its energy is scaled to 0..100, relative only: it is no kWh and cannot be made one',
  },
  {
    header: 'set,image,label,width,height',
    reason:
      'its boxes have neither time, nor line, nor grade, and its defects are composited: nothing of a defect reading is in it',
  },
  { header: 'BS,CellName,RUType', reason: 'it is read along with the cell loads beside it' },
  {
    header: 'place_id,place_name,city_name,num_all',
    reason: 'it is read along with the parking changes beside it',
  },
  { header: 'name,v_nom,type,x,y', reason: 'buses are no assets of ours; lines are' },
  { header: 'name,bus,carrier', reason: 'loads are no assets of ours; lines are' },
  { header: 'name,bus0,bus1,type,model', reason: 'transformers are no assets of ours; lines are' },
]
