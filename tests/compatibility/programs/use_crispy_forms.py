# /// script
# dependencies = ["django", "django-crispy-forms", "crispy-bootstrap5"]
# ///
"""A form through the templates of two packages, and its project's own settings."""

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "crispy_forms", "crispy_bootstrap5"],
    CRISPY_ALLOWED_TEMPLATE_PACKS="bootstrap5",
    CRISPY_TEMPLATE_PACK="bootstrap5",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    ROOT_URLCONF="__main__",
    USE_TZ=True,
)
django.setup()
urlpatterns = []

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template import engines


class BookForm(forms.Form):
    title = forms.CharField(max_length=30, help_text="As on the cover")
    kind = forms.ChoiceField(choices=[("a", "first"), ("b", "second")], widget=forms.RadioSelect)
    old = forms.BooleanField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(Fieldset("Book", "title", "kind", "old"), Submit("save", "Save"))


print(render_crispy_form(BookForm({"kind": "c"})))
print(engines["django"].from_string("{% load crispy_forms_tags %}{{ form|crispy }}").render({"form": BookForm()}))
