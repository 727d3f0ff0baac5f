/* sitemapsql_test.c - sitemaps in SQL. */
#include <zlib.h>

#include "extract/fixture_test.h"

static const char plain[] =
    "<urlset><url><loc>http://h/1</loc><priority>0.5</priority></url>"
    "<url><loc>http://h/2</loc><priority>high</priority></url></urlset>";

static void rows_of_sitemaps(void **state)
{
    (void)state;
    assert_sql("select *, typeof(priority) from sitemap_each(?)", plain,
               "1|http://h/1|url|~|~|0.5|real\n2|http://h/2|url|~|~|~|null\n");
    assert_sql("select i, url, kind from sitemap_each(?)",
               "<sitemapindex><sitemap><loc>http://h/s</loc></sitemap>"
               "</sitemapindex>",
               "1|http://h/s|sitemap\n");
    assert_sql("select i, url, kind, lastmod from sitemap_each(?)",
               "http://h/1\nhttp://h/2\n",
               "1|http://h/1|url|~\n2|http://h/2|url|~\n");
    assert_sql("select 1 from sitemap_each(null)", "", "");
}

static struct gn_buf packed(const char *data, size_t size)
{
    z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
    struct gn_buf out = {0};

    assert_int_equal(
        deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    assert_true(gn_buf_reserve(&out, size / 500 + 1000));
    z.next_out = (Bytef *)out.data;
    z.avail_out = (uInt)out.room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
    return out;
}

static void gzip_is_unpacked(void **state)
{
    struct gn_buf gz = packed(plain, sizeof plain - 1);
    struct gn_buf zeros = {0};

    (void)state;
    assert_sql_n("select url from sitemap_each(?)", gz.data, gz.size,
                 "http://h/1\nhttp://h/2\n");
    assert_sql_n("select url from sitemap_each(cast(? as blob))", gz.data,
                 gz.size, "http://h/1\nhttp://h/2\n");
    assert_sql_n("select url from sitemap_each(?)", gz.data, 20,
                 "!sitemap_each: gzip ends after 20 bytes, too early");
    gn_buf_fini(&gz);
    assert_true(gn_buf_reserve(&zeros, 4 << 20));
    memset(zeros.data, '\n', 4 << 20);
    gz = packed(zeros.data, 4 << 20);
    assert_true(gz.size < 8000);
    zeros.size = gz.size;
    gn_buf_fini(&zeros);
    zeros = ask_n("select url from sitemap_each(?)", gz.data, gz.size);
    assert_non_null(strstr(zeros.data, "!sitemap_each: gzip of "));
    assert_non_null(strstr(zeros.data, "the most that is accepted"));
    gn_buf_fini(&zeros);
    gn_buf_fini(&gz);
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    assert_sql("select 1 from sitemap_each(?)", "",
               "!sitemap_each: the text is empty, no sitemap");
    assert_sql("select url from sitemap_each(?)", "http://h/\nx\n",
               "http://h/\n!sitemap_each: no URL of http or https in line 2 of "
               "the text: x");
    assert_sql("select url from sitemap_each(?)", "<!doctype html><p>404",
               "!sitemap_each: a page in HTML, and no XML from line 1, column "
               "2 on: StartTag: invalid element name");
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_buf gz = packed(plain, sizeof plain - 1);

    (void)state;
    assert_sql_lost("select url from sitemap_each(?)", gz.data, gz.size, 5,
                    "http://h/1\nhttp://h/2\n");
    gn_buf_fini(&gz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_sitemaps),
        cmocka_unit_test(gzip_is_unpacked),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
