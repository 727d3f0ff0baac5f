/* sitemap_test.c - sitemaps of all kinds, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/lost_test.h"
#include "extract/search.h"
#include "extract/sitemap.h"

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

/* All fields of all URLs, or the error after "!". */
static void gives(const char *text, size_t size, const char *expected)
{
    struct garner_error err = {0};
    struct gn_buf out = {0};
    struct gn_sitemap s;
    enum garner_code code = gn_sitemap_open(&s, text, size, &budget, &err);

    while (code == GARNER_OK && !s.done) {
        gn_buf_text(&out, s.is_index ? "s" : "u");
        for (int field = 0; field <= GN_SITEMAP_PRIORITY; field++) {
            struct gn_buf value = {0};

            gn_sitemap_field(&s, (enum gn_sitemap_field)field, &value);
            gn_buf_printf(&out, "|%s", gn_buf_cstr(&value));
            gn_buf_fini(&value);
        }
        gn_buf_byte(&out, '\n');
        code = gn_sitemap_next(&s, &err);
    }
    if (code != GARNER_OK)
        gn_buf_printf(&out, "!%s", err.message);
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
    gn_sitemap_close(&s);
}

#define GIVES(text, expected) gives(text, sizeof(text) - 1, expected)

static void xml(void **state)
{
    (void)state;
    GIVES("<?xml version='1.0'?><urlset "
          "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
          "xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
          "<url><image:image><image:loc>http://h/i</image:loc></image:image>"
          "<loc>\n http://h/?a=1&amp;b=2 \n</loc><lastmod>2026-09-07</lastmod>"
          "<changefreq>daily</changefreq><priority>0.5</priority></url>"
          "<url><image:loc>http://h/i</image:loc></url><!-- -->"
          "<url><loc>http://h/?a&b</loc></url></urlset>",
          "u|http://h/?a=1&b=2|2026-09-07|daily|0.5\nu|http://h/?a&b|||\n");
    GIVES("<s:sitemapindex xmlns:s='http://www.google.com/schemas/sitemap/"
          "0.84'><s:sitemap><s:loc>http://h/1</s:loc></s:sitemap><s:url><s:loc>"
          "http://h/no</s:loc></s:url><s:sitemap><s:loc>http://h/2</s:loc>"
          "<s:lastmod>L</s:lastmod></s:sitemap></s:sitemapindex>",
          "s|http://h/1|||\ns|http://h/2|L||\n");
    GIVES("<urlset/>", "");
    /* half a URL is none */
    GIVES("<urlset><url><loc>http://h/1</loc></url><url><loc>http://h/2",
          "u|http://h/1|||\n");
}

static void text(void **state)
{
    (void)state;
    GIVES("http://h/1\r\n\n  HTTPS://h/2 \nhttp://h/3",
          "u|http://h/1|||\nu|HTTPS://h/2|||\nu|http://h/3|||\n");
    GIVES("http://h/1\n", "u|http://h/1|||\n");
}

static void feeds(void **state)
{
    (void)state;
    GIVES("<rss><channel><item><link>http://h/1</link><pubDate>P</pubDate>"
          "</item><item><link>http://h/2</link></item></channel></rss>",
          "u|http://h/1|P||\nu|http://h/2|||\n");
    GIVES("<feed><entry><link href='http://h/1'/><updated>U</updated>"
          "<published>P</published></entry></feed>",
          "u|http://h/1|U||\n");
    GIVES("<rss/>", "");
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    GIVES("", "!the text is empty, no sitemap");
    GIVES(" \n", "!the text is empty, no sitemap");
    GIVES("http://h/1\n\nftp://h/2", "u|http://h/1|||\n!no URL of http or "
                                     "https in line 3 of the text: ftp://h/2");
    GIVES("http://h/\0x", "!no URL of http or https in line 1 of the text: "
                          "http://h/?x");
    GIVES("{\"error\":404}",
          "!no URL of http or https in line 1 of the text: {\"error\":404}");
    GIVES("\n<html><body>x</body></html>",
          "!line 1: a sitemap is a urlset, a sitemapindex, a feed or a text, "
          "and does not begin with <html>");
    GIVES("<urlset><url><loc>http://h", "!the text ends, after 26 bytes, "
                                        "before the first URL of the sitemap "
                                        "does");
}

static bool read_first(struct gn_buf *out, const void *text)
{
    struct gn_sitemap s;
    const enum garner_code code =
        gn_sitemap_open(&s, text, strlen(text), &budget, NULL);

    if (code == GARNER_OK)
        gn_sitemap_field(&s, GN_SITEMAP_URL, out);
    gn_sitemap_close(&s);
    return code != GARNER_NOMEM;
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_lost(read_first, "<urlset><url><loc>http://h/</loc></url></urlset>",
                3, "http://h/");
    assert_lost(read_first, "<rss><item><link>http://h/</link></item></rss>", 3,
                "http://h/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml),
        cmocka_unit_test(text),
        cmocka_unit_test(feeds),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
