import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

/** What /docs says besides the routes. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'citybrain',
      version: '1',
      description:
        'Regional KPIs with their completeness: every value says whether it is provisional, final or corrected, ' +
        'and how many of the expected assets stand behind it. Times in answers are epoch milliseconds.',
    },
    tags: [
      { name: 'catalogue', description: 'What there is: regions and KPIs' },
      { name: 'values', description: 'Current values and series' },
      { name: 'provenance', description: 'What was known when, and what a value was made of' },
      { name: 'health', description: 'How the data itself is doing' },
    ],
  },
}
