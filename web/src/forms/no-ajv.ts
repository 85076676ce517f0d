/** Stands for @rjsf/validator-ajv8 in the build: see vite.config.ts. Nothing calls it. */
export default {} as never
export const customizeValidator = () => ({}) as never
