/** China's provinces, cities and districts, loaded when a form asks for a region. A value is `浙江省/杭州市/西湖区`. */
export type Region = { value: string; label: string; children?: Region[] }

const leaf = (name: string): Region => ({ value: name, label: name })

/** One line a province: `province=city:district,district;city:…`. */
export function read(text: string): Region[] {
  return text.trim().split('\n').map((line) => {
    const [province = '', cities = ''] = line.split('=')
    const children = cities.split(';').map((city) => {
      const [name = '', districts = ''] = city.split(':')
      return districts ? { ...leaf(name), children: districts.split(',').map(leaf) } : leaf(name)
    })
    return { ...leaf(province), children }
  })
} // prettier-ignore

export async function regions(): Promise<Region[]> {
  return read((await import('./regions.txt?raw')).default)
}
