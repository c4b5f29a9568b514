/** The one function of the library that this page uses, so that its bundle contains no other. */
export { diffArrays } from "diff";
