# /// script
# dependencies = ["babel"]
# ///
"""Locales from its data files: numbers, dates, plurals, names, lists; messages extracted, compiled and translated."""

import datetime
import gettext
import io

import babel
import babel.localedata
from babel import dates, lists, numbers, units
from babel.messages import catalog, extract, mofile, pofile

print(len(babel.localedata.locale_identifiers()) > 500, babel.Locale.parse("zh_Hant_TW").get_display_name("en"))
moment = datetime.datetime(2024, 2, 29, 15, 30, tzinfo=datetime.timezone.utc)
for name in ("en_US", "de_DE", "ja_JP", "ar_EG", "hi_IN"):
    print(name, numbers.format_decimal(1234567.891, locale=name), numbers.format_currency(9.5, "EUR", locale=name), dates.format_date(moment, "full", locale=name))
print(dates.format_datetime(moment, "long", tzinfo=dates.get_timezone("America/New_York"), locale="fr"))
print(dates.get_timezone_name("Europe/Berlin", locale="es"), dates.format_timedelta(datetime.timedelta(days=12), locale="sv"))
print([babel.Locale("pl").plural_form(number) for number in (1, 2, 5, 22)], lists.format_list(["a", "b", "c"], locale="it"))
print(units.format_unit(12, "length-kilometer", locale="ru"), babel.Locale("de").territories["JP"], babel.Locale("ja").languages["de"])
print(numbers.parse_decimal("1.234,5", locale="de"), numbers.get_currency_symbol("GBP", "en"), dates.parse_date("29.02.2024", locale="de"))
found = list(extract.extract("python", io.BytesIO(b"_('hello'); ngettext('one', 'many', n)  # note\n")))
print([(line, message) for line, message, _, _ in found])
messages = catalog.Catalog(locale="de")
messages.add("hello", "hallo")
messages.add(("one", "many"), ("eins", "viele"))
text = io.BytesIO()
pofile.write_po(text, messages, omit_header=True)
print(text.getvalue().decode().split("\n\n")[0].splitlines())
compiled = io.BytesIO()
mofile.write_mo(compiled, messages)
compiled.seek(0)
translations = gettext.GNUTranslations(compiled)
print(translations.gettext("hello"), translations.ngettext("one", "many", 2))
for wrong in (lambda: babel.Locale.parse("xx_YY"), lambda: numbers.parse_decimal("x", locale="de"), lambda: dates.get_timezone("No/Where")):
    try:
        wrong()
    except (babel.UnknownLocaleError, ValueError, LookupError) as error:
        print("error", error)
