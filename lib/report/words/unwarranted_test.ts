import assert from "node:assert/strict";
import { type Language, unwarrantedSentences } from "./unwarranted.ts";

/** What a user may write in good faith, and no number of a study says. */
const FORBIDDEN: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "No loss was found.",
    "No loss on anything. We found no loss.",
    "No measurable loss was observed.",
    "No losses were seen.",
    "No forgetting could be detected.",
    "There was no degradation.",
    "It gains without any loss.",
    "It gains without forgetting.",
    "No loss at all.",
    "The model lost nothing.",
    "The adapter forgets nothing.",
    "Nothing was lost.",
    "Nothing has been forgotten.",
    "The model does not forget.",
    "The model did not lose knowledge.",
    "It hasn't lost anything.",
    "The model keeps all it knew.",
    "Its knowledge is fully preserved.",
    "MMLU remains unchanged.",
    "It is not worse.",
    "It is no worse than the base model.",
    "It isn't worse.",
    "It is not inferior.",
    "The model is equivalent to the base.",
    "Both models are statistically equivalent.",
    "The variant is as good as the base model.",
    "It is on par with the original.",
    "It has the same accuracy as before.",
  ],
  pt: [
    "O modelo não perdeu nada. Não é pior.",
    "O modelo não perdeu nada.",
    "Não é pior.",
    "O modelo é equivalente ao base.",
    "Nenhuma perda foi encontrada.",
    "Nenhuma diferença foi observada.",
    "Nenhuma perda se observou.",
    "Não se observou nenhuma perda.",
    "Não encontramos perda.",
    "Não foi detectada qualquer perda.",
    "Ganha sem nenhuma perda.",
    "Ganha sem esquecimento.",
    "Não houve degradação.",
    "Nada se perdeu.",
    "Nada foi esquecido.",
    "O adaptador não esquece.",
    "Ele não esqueceu o que sabia.",
    "O modelo não piorou.",
    "O modelo mantém todo o conhecimento.",
    "O conhecimento permanece inalterado.",
    "O conhecimento foi totalmente preservado.",
    "Ele não fica pior que o modelo base.",
    "Não é inferior ao modelo base.",
    "Os modelos são estatisticamente equivalentes.",
    "Ele é tão bom quanto o modelo base.",
    "Ele tem a mesma acurácia que o modelo base.",
  ],
};

/** What verdicts and plain descriptions say. */
const WARRANTED: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "A loss of 1.0 points or more is excluded.",
    "No difference is shown; between \u22121.0 and +5.2 points.",
    "On MMLU no variant shows a loss.",
    "No loss is shown.",
    "No category shows a loss of all_linear.",
    "Which variant can be used without a loss that is not to be tolerated.",
    "Between runs no difference on text-to-SQL is shown.",
    "The first was lost with its machine.",
    "There is little to lose, so that a loss excluded here says less.",
    "Gold queries that are equivalent may give other rows.",
    "The prompt is unchanged.",
    "A strict reading, without any change of columns.",
    "It did not run to the end, and nothing of it is used.",
    "Low rank forgets less than full fine-tuning.",
    "No variant is shown to lose less than 1.0 points.",
    "One adapter came out the same, byte for byte.",
    "The plan was found by no one before.",
  ],
  pt: [
    "Uma perda de 1,0 ponto ou mais está excluída.",
    "Nenhuma diferença é demonstrada; entre \u22121,0 e +5,2 pontos.",
    "Em MMLU nenhuma variante demonstra uma perda.",
    "Nenhuma perda está demonstrada.",
    "Qual variante pode ser usada sem uma perda que não se tolera.",
    "A primeira perdeu-se com a sua máquina.",
    "Há pouco a perder: uma perda excluída aqui diz menos.",
    "Consultas equivalentes podem dar outras linhas.",
    "O prompt é o mesmo.",
    "De nenhuma variante está demonstrado que perca menos de 1,0 ponto.",
    "Um adaptador saiu igual, byte a byte.",
    "Nenhuma nota foi dada.",
  ],
};

for (const language of ["en", "pt"] as const) {
  Deno.test(`unwarrantedSentences() finds what no test shows, in every wording (${language})`, () => {
    const passed = FORBIDDEN[language].filter((text) =>
      unwarrantedSentences(text, language).length === 0
    );
    assert.deepEqual(passed, []);
  });

  Deno.test(`unwarrantedSentences() leaves what verdicts say, and plain facts (${language})`, () => {
    for (const text of WARRANTED[language]) {
      assert.deepEqual(unwarrantedSentences(text, language), [], text);
    }
  });

  Deno.test(`unwarrantedSentences() passes the limits of every recorded study (${language})`, () => {
    const recorded = new URL("../../../results/recorded/", import.meta.url);
    let read = 0;
    for (const { name } of Deno.readDirSync(recorded)) {
      let text: string;
      try {
        text = Deno.readTextFileSync(new URL(`${name}/limits.json`, recorded));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) continue;
        throw error;
      }
      for (const limit of JSON.parse(text)[language]) {
        assert.deepEqual(unwarrantedSentences(limit, language), [], `${name}: ${limit}`);
        read++;
      }
    }
    assert.ok(read > 5, `${read}`);
  });
}
