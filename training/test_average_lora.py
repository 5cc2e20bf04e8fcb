"""Tests of average_lora.py on small adapters, against PEFT."""

import hashlib
import json
import math
import shutil

import average_lora
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

WEIGHTS = "adapter_model.safetensors"
TARGETS = ["q_proj", "v_proj", "down_proj"]
IDS = torch.arange(12).reshape(2, 6)


def base():
    torch.manual_seed(7)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "vocab_size": 64}
    config = LlamaConfig(**sizes, num_attention_heads=4, num_key_value_heads=2)
    return LlamaForCausalLM(config).eval()


def write_adapter(folder, seed, **settings):
    """An adapter with random factors; `settings` of its LoraConfig."""
    own = {"r": 4, "lora_alpha": 8, "target_modules": TARGETS, "lora_dropout": 0.1, **settings}
    model = get_peft_model(base(), LoraConfig(task_type="CAUSAL_LM", **own))
    torch.manual_seed(seed)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.2)
    model.save_pretrained(folder)
    return folder


def change_config(folder, **changes):
    path = folder / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def logits(model):
    with torch.no_grad():
        return model(IDS).logits


def merged(folder):
    """The weights of the base model with the adapter in it."""
    return PeftModel.from_pretrained(base(), folder).merge_and_unload().state_dict()


@pytest.fixture
def three(tmp_path):
    """Three adapters of different ranks and scalings."""
    return [
        write_adapter(tmp_path / "one", 1),
        write_adapter(tmp_path / "two", 2, r=2, lora_alpha=16),
        write_adapter(tmp_path / "three", 3, r=9, lora_alpha=6, use_rslora=True),
    ]


def average(folders, out):
    return average_lora.main([*map(str, folders), "--out", str(out)])


def refusal(folders, out, capsys):
    before = sorted(out.parent.rglob("*"))
    assert average(folders, out) == 2
    assert sorted(out.parent.rglob("*")) == before
    (line,) = capsys.readouterr().err.splitlines()
    return line.removeprefix("average_lora.py: ")


def test_the_mean_of_adapters_changes_each_weight_by_the_mean_of_their_changes(three, tmp_path):
    assert average(three, tmp_path / "mean") == 0
    ours = merged(tmp_path / "mean")
    theirs = [merged(folder) for folder in three]
    changed = 0
    for name, weight in ours.items():
        expected = sum(weights[name] for weights in theirs) / 3
        torch.testing.assert_close(weight, expected, rtol=1e-5, atol=1e-6)
        changed += bool((weight - base().state_dict()[name]).abs().max() > 0.01)
    assert changed == 2 * len(TARGETS)


def test_the_mean_answers_as_pefts_own_cat_of_the_adapters(three, tmp_path):
    average(three, tmp_path / "mean")
    model = PeftModel.from_pretrained(base(), three[0], adapter_name="0")
    for name, folder in enumerate(three[1:], 1):
        model.load_adapter(folder, adapter_name=str(name))
    model.add_weighted_adapter(["0", "1", "2"], [1 / 3] * 3, "cat", combination_type="cat")
    model.set_adapter("cat")
    model.eval()  # the new adapter's dropout is on otherwise
    ours = PeftModel.from_pretrained(base(), tmp_path / "mean")
    torch.testing.assert_close(logits(ours), logits(model), rtol=1e-4, atol=1e-5)
    assert ours.peft_config["default"].r == 15


def test_what_was_averaged_is_named_and_what_was_trained_otherwise(three, tmp_path, capsys):
    for at, folder in enumerate(three[:2]):
        record = {"seed": at, "learning_rate": 2e-4 * (1 + at), "epochs": 1, "threads": at}
        (folder / "config.json").write_text(json.dumps(record))
    average(three, tmp_path / "mean")
    told = capsys.readouterr()
    assert told.out.splitlines()[1:] == [
        f"  {three[0]}: rank 4, scaling 2",
        f"  {three[1]}: rank 2, scaling 8",
        f"  {three[2]}: rank 9, scaling 2",
    ]
    (line,) = told.err.splitlines()
    rates = f"0.0002 in {three[0]}, 0.0004 in {three[1]}"
    assert line == f"note: trained with another learning_rate: {rates}"


def test_average_json_has_the_parents_in_order_with_the_hashes_of_their_weights(
    three, tmp_path, monkeypatch
):
    def digest(folder):
        return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()

    monkeypatch.chdir(three[1])
    assert average([f"{three[2]}/", "."], tmp_path / "mean") == 0
    assert json.loads((tmp_path / "mean" / "average.json").read_text()) == {
        "parents": [
            {"name": "three", "sha256": digest(three[2])},
            {"name": "two", "sha256": digest(three[1])},
        ],
        "sha256": digest(tmp_path / "mean"),
    }


def test_average_json_has_the_general_records_of_parents_whose_data_are_there(three, tmp_path):
    def line(at, **marks):
        prompt = [{"role": "user", "content": f"Question {at}?"}]
        answer = [{"role": "assistant", "content": "Yes."}]
        return json.dumps({"prompt": prompt, "completion": answer, **marks})

    data = tmp_path / "sft.jsonl"
    anchors = [line(at, kind="anchor") for at in (5, 6, 5)]
    data.write_text("\n".join([line(1), line(2, part="held_out"), line(3), *anchors]))
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    record = {"data": str(data), "data_sha256": digest, "kl_weight": 10.0}
    for folder, changes in zip(three, ({}, {"data_sha256": "0" * 64}, {"data": "gone.jsonl"})):
        (folder / "config.json").write_text(json.dumps({**record, **changes}))
    assert average(three, tmp_path / "mean") == 0
    first, *others = json.loads((tmp_path / "mean" / "average.json").read_text())["parents"]
    assert first["klWeight"] == 10
    assert first["general"] == {"replay": 0, "anchor": 3, "of": 5, "answers": 2}
    assert [sorted(one) for one in others] == [["name", "sha256"]] * 2


def test_average_json_counts_answers_of_both_kinds_and_no_weight_without_end(three, tmp_path):
    def line(at, **marks):
        prompt = [{"role": "user", "content": f"Question {at}?"}]
        answer = [{"role": "assistant", "content": "Yes."}]
        return json.dumps({"prompt": prompt, "completion": answer, **marks})

    def kinds(replay, anchor):
        own = [line(at, kind="replay") for at in replay], [line(at, kind="anchor") for at in anchor]
        return [line(9), *own[0], *own[1]]

    # each kind takes all answers in an order of its own: the same one in both is no repetition
    made = [kinds((1, 2), (2, 3)), kinds((1, 2), (3, 4, 3)), kinds((1, 1), (2, 3))]
    for at, (folder, lines) in enumerate(zip(three, made)):
        data = tmp_path / f"{at}.jsonl"
        data.write_text("\n".join(lines))
        digest = hashlib.sha256(data.read_bytes()).hexdigest()
        weight = [10.0, math.inf, math.nan][at]
        record = {"data": str(data), "data_sha256": digest, "kl_weight": weight}
        (folder / "config.json").write_text(json.dumps(record))
    assert average(three, tmp_path / "mean") == 0
    parents = json.loads((tmp_path / "mean" / "average.json").read_text())["parents"]
    assert [one["general"]["answers"] for one in parents] == [4, 2, 1]
    assert [one.get("klWeight") for one in parents] == [10, None, None]


def test_half_precision_adapters_are_averaged_in_float32(tmp_path):
    folders = [write_adapter(tmp_path / str(seed), seed) for seed in range(2)]
    for folder in folders:
        tensors = {name: value.bfloat16() for name, value in load_file(folder / WEIGHTS).items()}
        save_file(tensors, folder / WEIGHTS)
    average(folders, tmp_path / "mean")
    kinds = {value.dtype for value in load_file(tmp_path / "mean" / WEIGHTS).values()}
    assert kinds == {torch.float32}


def test_one_adapter_or_a_folder_that_is_there_is_refused(three, tmp_path, capsys):
    assert refusal(three[:1], tmp_path / "mean", capsys) == "a mean takes two adapters or more"
    assert refusal(three, three[0], capsys) == f"{three[0]} exists: name a new folder"


def test_an_adapter_given_twice_is_refused(three, tmp_path, capsys):
    line = refusal([*three, three[1]], tmp_path / "mean", capsys)
    assert line == f"{three[1]} has the weights of {three[1]}: give it once"


CONFIGS = {
    "use_dora": (True, "it has use_dora, of which there is no such mean"),
    "rank_pattern": ({"q_proj": 2}, "it has rank_pattern, of which there is no such mean"),
    "modules_to_save": (["lm_head"], "it has modules_to_save, of which there is no such mean"),
    "peft_type": ("LOHA", "its peft_type is 'LOHA', not LORA"),
    "bias": ("all", "it trained biases of the base model (bias)"),
    "init_lora_weights": ("pissa", "init_lora_weights 'pissa' changed the base weights"),
    "r": (0, "its r is 0, not a positive whole number"),
    "lora_alpha": ("8", "its lora_alpha is '8', not a number"),
}


@pytest.mark.parametrize("key", CONFIGS)
def test_what_has_no_such_mean_is_refused_by_name(three, tmp_path, capsys, key):
    value, why = CONFIGS[key]
    change_config(three[1], **{key: value})
    assert refusal(three, tmp_path / "mean", capsys) == f"{three[1]}: {why}"


def test_adapters_of_different_models_or_layers_are_refused(three, tmp_path, capsys):
    change_config(three[0], base_model_name_or_path="hub/one")
    change_config(three[1], base_model_name_or_path="another")
    line = refusal(three, tmp_path / "mean", capsys)
    what = f"{three[1]} has another base_model_name_or_path than {three[0]}"
    assert line == f"{what}: 'another', not 'hub/one'"
    change_config(three[0], base_model_name_or_path=None)
    other = write_adapter(tmp_path / "other", 4, target_modules=["q_proj"])
    line = refusal([three[0], other], tmp_path / "mean", capsys)
    assert line.startswith(f"{other} has another target_modules than {three[0]}: ['q_proj'], not [")
    change_config(other, target_modules=TARGETS[::-1])
    line = refusal([three[0], other], tmp_path / "mean", capsys)
    assert line.startswith(f"only {three[0]} changes base_model.model.model.layers.0.")


def test_a_base_model_by_a_relative_and_an_absolute_path_is_one(three, tmp_path, monkeypatch, capsys):
    (tmp_path / "base").mkdir()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    change_config(three[0], base_model_name_or_path="base")
    change_config(three[1], base_model_name_or_path=str(tmp_path / "base"))
    change_config(three[2], base_model_name_or_path="other/../base/")
    assert average(three, tmp_path / "mean") == 0
    capsys.readouterr()
    change_config(three[2], base_model_name_or_path="other")
    line = refusal(three, tmp_path / "mean2", capsys)
    assert line.endswith(": 'other', not 'base'")


def broken(folder, change):
    tensors = load_file(folder / WEIGHTS)
    change(tensors, next(name for name in sorted(tensors) if "lora_A" in name))
    save_file(tensors, folder / WEIGHTS)


def test_damaged_weights_are_refused(three, tmp_path, capsys):
    def without_a(tensors, name):
        del tensors[name]

    def not_finite(tensors, name):
        tensors[name][0, 0] = float("nan")

    def of_another_rank(tensors, name):
        tensors[name] = tensors[name][1:].clone()

    def with_another(tensors, name):
        tensors["lm_head.weight"] = tensors[name].clone()

    def wider(tensors, name):
        tensors[name] = torch.cat([tensors[name]] * 2, dim=1)

    for change, why in {
        without_a: "has only one of its two factors",
        not_finite: "has values that are not finite",
        of_another_rank: "not of rank 4",
        with_another: "lm_head.weight is no factor of LoRA",
        wider: "is of another model than",
    }.items():
        folder = tmp_path / change.__name__
        shutil.copytree(three[0], folder)
        broken(folder, change)
        assert why in refusal([three[1], folder], tmp_path / "mean", capsys)
    (three[0] / WEIGHTS).unlink()
    line = refusal(three, tmp_path / "mean", capsys)
    assert line == f"{three[0]}: {WEIGHTS} is missing"
    (three[0] / WEIGHTS).write_bytes(b"{}")
    assert refusal(three, tmp_path / "mean", capsys).startswith("cannot average")
    (three[0] / "adapter_config.json").write_text("[]")
    assert "is no JSON object" in refusal(three, tmp_path / "mean", capsys)
