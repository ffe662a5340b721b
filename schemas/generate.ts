import { generatedFiles } from './generated-files.ts'
import { writeGenerated } from './write-generated.ts'

await writeGenerated(generatedFiles())
