# /// script
# dependencies = ["pydantic>=2", "email-validator"]
# ///
"""Models, validators, JSON schema, discriminated unions, dataclasses, a type adapter, e-mail addresses, and its plugin search."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal, Union

from pydantic import BaseModel, EmailStr, Field, TypeAdapter, ValidationError, computed_field, field_validator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=0, le=9)] = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str

    @field_validator("name")
    @classmethod
    def named(cls, name):
        if name.islower():
            raise PydanticCustomError("case", "{name} is no name", {"name": name})
        return name


class Owner(BaseModel, extra="forbid"):
    email: EmailStr
    born: datetime.date
    money: Decimal = Decimal("0.10")
    pets: list[Annotated[Union[Cat, Dog], Field(discriminator="kind")]] = []

    @computed_field
    @property
    def count(self) -> int:
        return len(self.pets)


@dataclass
class Point:
    x: int
    y: int = 0


text = '{"email": "ada@example.org", "born": "1815-12-10", "pets": [{"kind": "dog", "name": "Rex"}, {"kind": "cat"}]}'
owner = Owner.model_validate_json(text)
print(repr(owner))
print(owner.model_dump_json())
print(sorted(Owner.model_json_schema(mode="serialization")["$defs"]))
try:
    Owner.model_validate({"email": "ada", "born": "yesterday", "pets": [{"kind": "dog", "name": "rex"}], "more": 1})
except ValidationError as error:
    for problem in error.errors():
        print(problem["loc"], problem["type"], problem["msg"])
print(Point("3"), TypeAdapter(dict[str, tuple[int, ...]]).validate_python({"a": ["1", 2]}))
