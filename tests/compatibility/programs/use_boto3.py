# /// script
# dependencies = ["boto3"]
# ///
"""Clients and resources, made of the JSON files of botocore; stubbed calls, paginators, waiters, signed addresses, errors."""

import io
import os

import boto3
import botocore.exceptions
import botocore.response
import botocore.stub

os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
session = boto3.Session("id", "secret", region_name="eu-west-1")
print(len(session.get_available_services()) > 300, "sqs" in session.get_available_resources(), session.get_partition_for_region("cn-north-1"))
s3 = session.client("s3")
print(s3.meta.endpoint_url, s3.meta.service_model.operation_model("GetObject").http["method"])
with botocore.stub.Stubber(s3) as stub:
    stub.add_response("list_buckets", {"Buckets": [{"Name": "one"}]})
    print([bucket["Name"] for bucket in s3.list_buckets()["Buckets"]])
    for start in (0, 2):
        contents = [{"Key": f"k{number}"} for number in range(start, start + 2)]
        stub.add_response("list_objects_v2", {"Contents": contents, "IsTruncated": start == 0, "NextContinuationToken": "t"})
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="one")
    print([item["Key"] for page in pages for item in page["Contents"]])
    body = botocore.response.StreamingBody(io.BytesIO(b"content"), 7)
    stub.add_response("get_object", {"Body": body}, {"Bucket": "one", "Key": "k0"})
    print(s3.get_object(Bucket="one", Key="k0")["Body"].read())
    stub.add_client_error("head_object", "404", "Not Found", 404)
    try:
        s3.head_object(Bucket="one", Key="none")
    except botocore.exceptions.ClientError as error:
        print("error", error)
    stub.add_response("head_object", {"ResponseMetadata": {"HTTPStatusCode": 200}}, {"Bucket": "one", "Key": "k1"})
    s3.get_waiter("object_exists").wait(Bucket="one", Key="k1")
print(s3.generate_presigned_url("get_object", {"Bucket": "one", "Key": "a b"}).partition("?")[0])
table = session.resource("dynamodb").Table("t")
with botocore.stub.Stubber(table.meta.client) as stub:
    stub.add_response("get_item", {"Item": {"n": {"N": "1.5"}, "l": {"L": [{"S": "x"}]}}})
    print(table.get_item(Key={"id": 1})["Item"])
print(session.client("ec2").meta.service_model.api_version, session.client("iam").meta.endpoint_url)
try:
    s3.list_objects_v2(Bucket="one", MaxKeys="many")
except botocore.exceptions.ParamValidationError as error:
    print("error", str(error).splitlines()[1])
try:
    session.client("nothing")
except botocore.exceptions.UnknownServiceError as error:
    print("error", str(error).split(".")[0])
