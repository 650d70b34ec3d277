# /// script
# dependencies = ["protobuf"]
# ///
"""Messages defined at run time, wire format, JSON and text forms, well-known types, reflection, the native implementation."""

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, duration_pb2, field_mask_pb2, json_format
from google.protobuf import message, message_factory, struct_pb2, text_format, timestamp_pb2
from google.protobuf.internal import api_implementation

print("implementation", api_implementation.Type())
file = descriptor_pb2.FileDescriptorProto(name="shop.proto", package="shop", syntax="proto3")
item = file.message_type.add(name="Item")
Field = descriptor_pb2.FieldDescriptorProto
item.field.add(name="name", number=1, type=Field.TYPE_STRING, label=Field.LABEL_OPTIONAL)
item.field.add(name="prices", number=2, type=Field.TYPE_DOUBLE, label=Field.LABEL_REPEATED)
item.field.add(name="parts", number=3, type=Field.TYPE_MESSAGE, type_name=".shop.Item", label=Field.LABEL_REPEATED)
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Item = message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Item"))

whole = Item(name="pen", prices=[1.5, 2.0], parts=[Item(name="cap")])
data = whole.SerializeToString(deterministic=True)
print(data.hex(), Item.FromString(data) == whole)
print(text_format.MessageToString(whole).split())
print(json_format.MessageToJson(whole, indent=None), json_format.Parse('{"name": "x"}', Item()).name)
print([field.name for field, _ in whole.ListFields()], whole.ByteSize())
for wrong in (lambda: Item.FromString(b"\xff\xff"), lambda: json_format.Parse('{"nothing": 1}', Item()), lambda: Item(name=5)):
    try:
        wrong()
    except (message.DecodeError, json_format.ParseError, TypeError) as error:
        print("error", type(error).__name__)
stamp = timestamp_pb2.Timestamp()
stamp.FromJsonString("2024-02-29T12:00:00.5Z")
print(stamp.ToDatetime(), duration_pb2.Duration(seconds=90).ToJsonString())
packed = any_pb2.Any()
packed.Pack(stamp)
print(packed.type_url, packed.Is(timestamp_pb2.Timestamp.DESCRIPTOR))
mask = field_mask_pb2.FieldMask(paths=["name"])
target = Item()
mask.MergeMessage(whole, target)
print(target.name, list(target.prices), mask.ToJsonString())
struct = struct_pb2.Struct()
struct.update({"list": [1, True, None], "inner": {"a": "b"}})
print(json_format.MessageToJson(struct, sort_keys=True, indent=None))
