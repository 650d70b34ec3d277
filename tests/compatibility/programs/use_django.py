# /// script
# dependencies = ["django"]
# ///
"""Starts a project, makes and runs migrations on sqlite, asks its pages and the administration, loads translations, sends mail."""

import datetime
import importlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile

import django
import django.test.utils
from django.core import management

MODELS = """
from django.db import models

class Book(models.Model):
    title = models.CharField(max_length=30, unique=True)
    year = models.IntegerField(null=True)

    def __str__(self):
        return self.title
"""
URLS = """
from django.contrib import admin
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import path
from shop.models import Book

def books(request):
    return JsonResponse({"books": list(Book.objects.order_by("year").values_list("title", flat=True))})

urlpatterns = [path("admin/", admin.site.urls), path("books/", books), path("page/", lambda request: render(request, "page.html", {"n": 1234567}))]
"""
PAGE = "{% load i18n humanize %}{% get_current_language as LANGUAGE_CODE %}{{ LANGUAGE_CODE }} {% translate 'Yes' %} {{ n|intcomma }}"
SETTINGS = """
INSTALLED_APPS += ["shop", "django.contrib.humanize"]
MIDDLEWARE.insert(2, "django.middleware.locale.LocaleMiddleware")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""

with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    (place / "shop").mkdir()
    for command in (["startproject", "site_", directory], ["startapp", "shop", str(place / "shop")]):
        subprocess.run([sys.executable, "-I", "-m", "django", *command], check=True)
    print(sorted(path.name for path in (place / "site_").iterdir()), (place / "manage.py").is_file())
    os.chdir(directory)
    (place / "shop" / "models.py").write_text(MODELS)
    (place / "shop" / "admin.py").write_text("from django.contrib import admin\nfrom shop.models import Book\nadmin.site.register(Book)\n")
    (place / "shop" / "templates").mkdir()
    (place / "shop" / "templates" / "page.html").write_text(PAGE)
    (place / "site_" / "urls.py").write_text(URLS)
    with open(place / "site_" / "settings.py", "a") as settings:
        settings.write(SETTINGS)
    sys.path.insert(0, directory)
    importlib.invalidate_caches()
    os.environ["DJANGO_SETTINGS_MODULE"] = "site_.settings"
    django.setup()
    django.test.utils.setup_test_environment()
    output = io.StringIO()
    management.call_command("makemigrations", "shop", stdout=output)
    importlib.invalidate_caches()
    management.call_command("migrate", stdout=output, no_color=True)
    print([line.strip() for line in output.getvalue().splitlines() if "shop" in line or "admin" in line])
    management.call_command("check", stdout=output)

    from django.contrib.auth.models import User
    from django.contrib.staticfiles import finders
    from django.core import mail, serializers
    from django.db import IntegrityError, transaction
    from django.test import Client
    from django.utils import formats, translation
    from shop.models import Book

    Book.objects.bulk_create([Book(title="1984", year=1949), Book(title="Emma", year=1815)])
    try:
        with transaction.atomic():
            Book.objects.create(title="Emma")
    except IntegrityError as error:
        print("error", error)
    User.objects.create_superuser("ada", "ada@example.org", "password")
    client = Client()
    print(client.get("/books/").json())
    print(client.get("/page/", headers={"accept-language": "de"}).content.decode(), client.get("/page/").content.decode())
    print(client.get("/admin/").status_code, client.login(username="ada", password="password"))
    page = client.get("/admin/shop/book/", headers={"accept-language": "fr"}).content.decode()
    print(page.count('class="field-__str__"'), "Ajouter" in page)
    print(client.post("/admin/shop/book/add/", {"title": "New", "year": "2000"}).status_code, Book.objects.count())
    print(client.get("/nothing/").status_code)
    print(os.path.basename(finders.find("admin/css/base.css") or "none"))
    with translation.override("es"):
        print(formats.date_format(datetime.date(2024, 2, 29), "DATE_FORMAT"))
    mail.send_mail("Subject", "Text", "a@example.org", ["b@example.org"])
    print(mail.outbox[0].message()["Subject"], serializers.serialize("json", Book.objects.filter(year=1949)))
