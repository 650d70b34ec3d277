# /// script
# dependencies = ["lxml"]
# ///
"""XML, XPath, XSLT, schemas, Relax NG and Schematron (whose stylesheets are data files), objectify and HTML."""

import io

import lxml.html
import lxml.isoschematron
from lxml import etree, objectify

document = etree.fromstring("<books><book year='1949'>1984</book><book year='1932'>Brave New World</book></books>")
print("xpath", document.xpath("//book[@year < 1940]/text()"))
print("count", document.xpath("count(//book)"))
print("regex", document.xpath("//book[re:test(text(), '^[0-9]+$')]/@year", namespaces={"re": "http://exslt.org/regular-expressions"}))

style = etree.XSLT(etree.XML("""
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="/"><years><xsl:for-each select="//book"><xsl:sort select="@year"/>
    <xsl:value-of select="@year"/><xsl:text> </xsl:text></xsl:for-each></years></xsl:template>
</xsl:stylesheet>"""))
print("xslt", etree.tostring(style(document).getroot(), method="text").decode().split())

schema = etree.XMLSchema(etree.XML("""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="n" type="xs:integer"/></xs:schema>"""))
print("schema", schema.validate(etree.XML("<n>5</n>")), schema.validate(etree.XML("<n>five</n>")))
print("schema says", schema.error_log.last_error.message)

relaxng = etree.RelaxNG(etree.XML('<element name="a" xmlns="http://relaxng.org/ns/structure/1.0"><text/></element>'))
print("relaxng", relaxng.validate(etree.XML("<a>x</a>")), relaxng.validate(etree.XML("<b/>")))

rules = lxml.isoschematron.Schematron(etree.XML("""
<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern id="p"><rule context="total">
  <assert test="sum(//part) = .">parts do not add up</assert></rule></pattern></schema>"""))
print("schematron", rules.validate(etree.XML("<x><total>3</total><part>1</part><part>2</part></x>")))
print("schematron", rules.validate(etree.XML("<x><total>4</total><part>1</part><part>2</part></x>")))

tree = objectify.fromstring("<r><a>1</a><a>2.5</a><b>true</b></r>")
print("objectify", [item.pyval for item in tree.a], tree.b.pyval)

page = lxml.html.fromstring("<p>See <a href='/x'>this</a><br>and that")
page.make_links_absolute("http://example.org/")
print("html", lxml.html.tostring(page).decode())
events = [(event, element.tag) for event, element in etree.iterparse(io.BytesIO(b"<a><b/></a>"), events=("start", "end"))]
print("iterparse", events)
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as error:
    print("error", error.msg)
