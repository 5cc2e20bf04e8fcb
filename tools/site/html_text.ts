/** A text as HTML shows it, in an element or in an attribute between double quotes. */
export function htmlText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
