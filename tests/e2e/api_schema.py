"""Holds answers of the API against its own OpenAPI page, and the page against broken answers."""

import copy

import jsonschema

# Maps whose keys are data: nothing is missing when one of them is.
MAPS = {
    "labels", "annotations", "requests", "credential_fetches", "failed",
    "unknown_values",
}
# AWS' own; the page names but a few of its members.
FOREIGN = {"document"}


class Schemas:
    def __init__(self, page):
        self.page = page

    def validator(self, name):
        schema = {"$ref": f"#/components/schemas/{name}", "components": self.page["components"]}
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def object_schemas(self):
        """(component, schema) of each object that the page speaks of."""

        def walk(schema):
            if isinstance(schema, dict):
                if "object" in schema.get("type", ()) and "properties" in schema:
                    yield schema
                for inner in schema.values():
                    yield from walk(inner)
            elif isinstance(schema, list):
                for inner in schema:
                    yield from walk(inner)

        for name, component in self.page["components"]["schemas"].items():
            jsonschema.Draft202012Validator.check_schema(component)
            for schema in walk(component):
                yield name, schema

    def errors(self, name, answer):
        return [
            f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in self.validator(name).iter_errors(answer)
        ]


def _places(value, path=()):
    """Each (path, value) below, the answer itself included."""
    yield path, value
    if path and path[-1] in FOREIGN:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:1]):
            yield from _places(inner, path + (index,))


def _changed(answer, path, change):
    broken = copy.deepcopy(answer)
    inner = broken
    for key in path:
        inner = inner[key]
    change(inner)
    return broken


def breakages(answer):
    """(what was done, the answer so broken): a schema that takes one of them says too little."""
    for path, value in list(_places(answer)):
        where = "/".join(map(str, path)) or "the answer"
        if not path:
            yield "replaced the answer", []
        else:
            wrong = ["broken"] if isinstance(value, (dict, str)) else {"broken": True}
            if isinstance(value, (int, float, bool)) or value is None:
                wrong = {"broken": ["broken"]}

            def replace(parent, key=path[-1], wrong=wrong):
                parent[key] = wrong

            yield f"replaced {where}", _changed(answer, path[:-1], replace)
        if isinstance(value, dict) and not (path and path[-1] in FOREIGN):
            yield f"added to {where}", _changed(
                answer, path, lambda inner: inner.__setitem__("surprise", {"broken": []})
            )
            if path and path[-1] in MAPS:
                continue
            for key in value:
                yield f"took {key} from {where}", _changed(
                    answer, path, lambda inner, key=key: inner.pop(key)
                )
