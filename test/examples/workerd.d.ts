// Knows what workerd's package exports: where its program lies.
declare module 'workerd' {
  const program: string;
  export default program;
}
