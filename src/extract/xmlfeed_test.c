/* xmlfeed_test.c - feeds of each format, and as they are out there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/lost_test.h"
#include "extract/search.h"
#include "extract/xmlfeed.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};
static struct gn_search *search; /* has started libxml2 */

static int start(void **state)
{
    (void)state;
    return gn_search_new(&budget, &search, NULL) != GARNER_OK;
}

static int stop(void **state)
{
    (void)state;
    gn_search_free(search);
    return 0;
}

static struct gn_xmlfeed open_feed(const char *text)
{
    struct gn_xmlfeed f;
    struct garner_error err = {0};

    if (gn_xmlfeed_open(&f, text, strlen(text), &budget, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return f;
}

/* All fields of an entry, "|" between them. */
static void entry_is(const struct gn_xmlfeed *f, size_t entry,
                     const char *expected)
{
    struct gn_buf out = {0};

    for (int field = 0; field < GN_FEED_FIELDS; field++) {
        struct gn_buf value = {0};

        gn_xmlfeed_field(f, entry, (enum gn_feed_field)field, &value);
        assert_false(gn_buf_failed(&value));
        gn_buf_printf(&out, "%s%s", field > 0 ? "|" : "", gn_buf_cstr(&value));
        gn_buf_fini(&value);
    }
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
}

static void single(const char *text, const char *expected)
{
    struct gn_xmlfeed f = open_feed(text);

    assert_int_equal(f.count, 1);
    entry_is(&f, 0, expected);
    gn_xmlfeed_close(&f);
}

static void rss_2(void **state)
{
    (void)state;
    single("<?xml version='1.0'?><rss version='2.0' "
           "xmlns:content='http://purl.org/rss/1.0/modules/content/' "
           "xmlns:dc='http://purl.org/dc/elements/1.1/' "
           "xmlns:atom='http://www.w3.org/2005/Atom'><channel>"
           "<title>C</title><link>http://h/</link><item>"
           "<title>A &amp;amp; &lt;b&gt;B&lt;/b&gt;</title>"
           "<atom:link rel='self' href='http://h/self'/>"
           "<link>\n http://h/1?a=1&amp;b=2 \n</link>"
           "<guid isPermaLink='false'>tag:1</guid>"
           "<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>"
           "<pubDate>Mon, 07 Sep 2026 10:00:00 GMT</pubDate>"
           "<description><![CDATA[<p>short</p>]]></description>"
           "<content:encoded><![CDATA[<p>long & \"wide\"</p>]]>"
           "</content:encoded>"
           "<category domain='x'>one</category><category>t\"wo</category>"
           "<category/>"
           "<enclosure url='http://h/a.mp3' type='audio/mpeg' length='12'/>"
           "</item></channel></rss>",
           "tag:1|http://h/1?a=1&b=2|A &amp; <b>B</b>|Ann, Bob|Mon, 07 Sep "
           "2026 10:00:00 GMT||<p>short</p>|<p>long & \"wide\"</p>|[\"one\","
           "\"t\\\"wo\"]|http://h/a.mp3|audio/mpeg|12");
}

static void rss_091_and_1(void **state)
{
    struct gn_xmlfeed f;

    (void)state;
    single("<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS "
           "0.91//EN\" \"http://my.netscape.com/publish/formats/rss-0.91.dtd\">"
           "<rss version='0.91'><channel><item><title>Caf&eacute;</title>"
           "<link>http://h/</link></item></channel></rss>",
           "|http://h/|Caf\xc3\xa9||||||[]|||");
    f = open_feed(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns='http://purl.org/rss/1.0/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        "<channel rdf:about='http://h/'><title>C</title><items><rdf:Seq>"
        "<rdf:li resource='http://h/1'/></rdf:Seq></items></channel>"
        "<item rdf:about='http://h/1'><title>T</title><link>http://h/1</link>"
        "<description>D</description><dc:date>2026-09-07T10:00Z</dc:date>"
        "<dc:subject>s</dc:subject></item>"
        "<item rdf:about='http://h/2'><dc:title>U</dc:title></item></rdf:RDF>");
    assert_int_equal(f.count, 2);
    entry_is(&f, 0,
             "http://h/1|http://h/1|T||2026-09-07T10:00Z||D||[\"s\"]|||");
    entry_is(&f, 1, "http://h/2||U||||||[]|||");
    gn_xmlfeed_close(&f);
}

static void atom(void **state)
{
    struct gn_xmlfeed f = open_feed(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://h/b/'>"
        "<author><name>Feed</name></author><title>F</title>"
        "<entry xml:base='e/'><id>urn:1</id><title type='html'>A &amp;amp; B"
        "</title><link rel='self' href='self'/><link href='../x y'/>"
        "<link rel='alternate' href='other'/>"
        "<link rel='enclosure' href='a.mp3' type='audio/mpeg' length='9'/>"
        "<author><name>Ann</name><email>a@h</email></author>"
        "<author><email>b@h</email></author><author/>"
        "<published>P</published><updated>U</updated>"
        "<summary type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
        "s <b>t</b> &amp;</div></summary>"
        "<content type='html'>&lt;p&gt;c</content>"
        "<category term='t' label='L'/></entry>"
        "<entry><id>urn:2</id><updated>U</updated></entry>"
        "<entry><source><author><name>S</name></author></source></entry>"
        "</feed>");

    (void)state;
    assert_int_equal(f.count, 3);
    entry_is(&f, 0,
             "urn:1|http://h/b/x%20y|A &amp; B|Ann, b@h|P|U|s <b>t</b> "
             "&amp;|<p>c|[\"t\"]|http://h/b/e/a.mp3|audio/mpeg|9");
    entry_is(&f, 1, "urn:2|||Feed||U|||[]|||");
    entry_is(&f, 2, "|||S|||||[]|||");
    gn_xmlfeed_close(&f);
    single("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry>"
           "<id>1</id><title mode='escaped'>&lt;b&gt;</title><issued>I</issued>"
           "<modified>M</modified><created>C</created>"
           "<content mode='xml'><p xmlns='x'>y</p></content></entry></feed>",
           "1||<b>||I|M||<p xmlns=\"x\">y</p>|[]|||");
}

static void other_vocabularies(void **state)
{
    (void)state;
    single("<rss xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
           "xmlns:media='http://search.yahoo.com/mrss/'><channel><item>"
           "<media:title>M</media:title><itunes:author>I</itunes:author>"
           "<itunes:summary>S</itunes:summary><media:content url='http://h/v' "
           "type='video/mp4' fileSize='7'/><guid>http://h/g</guid>"
           "<media:category>no</media:category></item></channel></rss>",
           "http://h/g|http://h/g|M|I|||S||[]|http://h/v|video/mp4|7");
    /* Atom's in RSS: its own come first */
    single("<rss><channel><item><summary>s</summary><description>d"
           "</description></item></channel></rss>",
           "||||||d||[]|||");
    /* prefixes that nobody declared */
    single("<rss><channel><item><dc:creator>A</dc:creator><content:encoded>c"
           "</content:encoded><x:title>no</x:title></item></channel></rss>",
           "|||A||||c|[]|||");
    single("<rss><channel><item><title xmlns='urn:x'>no</title><TITLE>yes"
           "</TITLE><guid isPermaLink='true'>no url</guid></item></channel>"
           "</rss>",
           "no url||yes||||||[]|||");
}

static void feeds_are_broken(void **state)
{
    struct gn_xmlfeed f;

    (void)state;
    single("\n\n<?xml version='1.0'?><rss><channel><item><title>AT&T \x01\xe9 "
           "&hellip;</title><description><p>a<b>c</b></p></description></item>"
           "</channel></rss>",
           "||AT&T \xef\xbf\xbd \xe2\x80\xa6||||<p>a<b>c</b></p>||[]|||");
    f = open_feed("<rss><channel><item><title>1</item><item><title>2</title>"
                  "<link>http://h/?a&b</link><description>&lt;p&gt;"
                  "</description></item></channel></rss>");
    assert_int_equal(f.count, 2);
    entry_is(&f, 0, "||1||||||[]|||");
    entry_is(&f, 1, "|http://h/?a&b|2||||<p>||[]|||");
    gn_xmlfeed_close(&f);
    /* half an entry is none */
    single("<rss><channel><item><title>1</title></item><item><title>2</title>"
           "<link>http://h",
           "||1||||||[]|||");
    f = open_feed("<rss><channel/></rss>");
    assert_int_equal(f.count, 0);
    gn_xmlfeed_close(&f);
}

static void what_is_no_feed_is_refused(void **state)
{
    static const char *const cases[][2] = {
        {"", "the text is empty, not XML"},
        {"text", "no XML from line 1, column 1 on: Start tag expected, '<' "
                 "not found"},
        {"<a>\n</a>", "line 1: a feed begins with rss, RDF or feed, not with "
                      "<a>"},
        {"<html><item/></html>",
         "line 1: it is a page in HTML, and no feed: its <link "
         "rel=\"alternate\"> may say where one is"},
        {"<rss><channel><item><title>x",
         "the text ends, after 28 bytes, before the first entry of the feed "
         "does"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {0};
        struct gn_xmlfeed f;

        assert_int_equal(gn_xmlfeed_open(&f, cases[i][0], strlen(cases[i][0]),
                                         &budget, &err),
                         GARNER_INVALID);
        assert_string_equal(err.message, cases[i][1]);
        gn_xmlfeed_close(&f);
    }
}

static bool read_fields(struct gn_buf *out, const void *text)
{
    struct gn_xmlfeed f;
    const enum garner_code code =
        gn_xmlfeed_open(&f, text, strlen(text), &budget, NULL);

    for (int field = 0; code == GARNER_OK && field < GN_FEED_FIELDS; field++) {
        struct gn_buf value = {0};

        gn_xmlfeed_field(&f, 0, (enum gn_feed_field)field, &value);
        gn_buf_text(out, gn_buf_cstr(&value));
        out->failed = out->failed || gn_buf_failed(&value);
        gn_buf_fini(&value);
    }
    gn_xmlfeed_close(&f);
    return code != GARNER_NOMEM;
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_lost(
        read_fields,
        "<feed xml:base='http://h/'><author><name>A</name></author><entry>"
        "<link href='a'/><title>t</title><category term='c'/></entry></feed>",
        8, "http://h/atA[\"c\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rss_2),
        cmocka_unit_test(rss_091_and_1),
        cmocka_unit_test(atom),
        cmocka_unit_test(other_vocabularies),
        cmocka_unit_test(feeds_are_broken),
        cmocka_unit_test(what_is_no_feed_is_refused),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
