/* feedsql_test.c - feeds in SQL. */
#include "extract/fixture_test.h"

static void rows_of_feeds(void **state)
{
    (void)state;
    assert_sql("select i, guid, link, title, author, categories, "
               "enclosure_url, enclosure_length from feed_each(?)",
               "<rss><channel><item><title>a</title><enclosure url='u' "
               "length='12'/></item><item><guid>g</guid><enclosure url='v' "
               "length='12 MB'/></item></channel></rss>",
               "1|~|~|a|~|[]|u|12\n2|g|~|~|~|[]|v|~\n");
    assert_sql("select i, title, typeof(enclosure_length), content from "
               "feed_each(?)",
               "\n{\"version\":\"https://jsonfeed.org/version/1\",\"items\":["
               "{\"title\":\"a\",\"attachments\":[{\"size_in_bytes\":1}]},{}]}",
               "1|a|integer|~\n2|~|null|~\n");
    assert_sql("select * from feed_each(?)", "<rss><channel/></rss>", "");
    assert_sql("select 1 from feed_each(null)", "", "");
    assert_sql("select f.title, c.value from feed_each(?) f, "
               "json_each(f.categories) c",
               "<feed><entry><title>a</title><category term='x'/><category "
               "term='y'/></entry></feed>",
               "a|x\na|y\n");
    assert_sql("select a.i, b.i from feed_each(?) a, feed_each(?1) b",
               "<rss><item/><item/></rss>", "1|1\n1|2\n2|1\n2|2\n");
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    assert_sql("select 1 from feed_each(?)", "",
               "!feed_each: the text is empty, and no feed");
    assert_sql("select 1 from feed_each(?)", " \n ",
               "!feed_each: the text is empty, and no feed");
    assert_sql("select 1 from feed_each(?)", "<!doctype html><p>Not found",
               "!feed_each: a page in HTML, and no XML from line 1, column 2 "
               "on: StartTag: invalid element name");
    assert_sql("select 1 from feed_each(?)", "{\"error\":404}",
               "!feed_each: it is JSON, but no JSON Feed, whose \"version\" is "
               "https://jsonfeed.org/version/1.1 or 1: \"\"");
    assert_sql("select 1 from feed_each(?, 1)", "",
               "!feed_each(doc): argument 2 is one too many");
}

static void hostile_feeds_are_survived(void **state)
{
    static const struct {
        const char *start;
        const char *unit;
        size_t n;
        const char *rows;
    } cases[] = {
        {"<rss>", "<item>", 100000,
         "!feed_each: the text ends, after 600005 bytes, before the first "
         "entry of the feed does"},
        {"<rss>", "<item/>", 100000, "100000|0\n"},
        {"<rss><item>", "<author>", 100000,
         "!feed_each: the text ends, after 800011 bytes, before the first "
         "entry of the feed does"},
        {"<rss>", "&", 1000000,
         "!feed_each: the text ends, after 1000005 bytes, before the first "
         "entry of the feed does"},
        {"<rss><item/>", "<", 1000000, "1|0\n"},
        {"<!DOCTYPE r [<!ENTITY a 'lol'><!ENTITY b '&a;&a;'>]><rss><item>"
         "<author>&b;</author></item>",
         "\xff", 1000, "1|3\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf body = {0};

        gn_buf_text(&body, cases[i].start);
        for (size_t n = 0; n < cases[i].n; n++)
            gn_buf_text(&body, cases[i].unit);
        assert_sql_n("select count(*), sum(length(coalesce(author, ''))) from "
                     "feed_each(?)",
                     body.data, body.size, cases[i].rows);
        gn_buf_fini(&body);
    }
    assert_sql_n("select title from feed_each(?)",
                 "<rss><item><title>a\0b</title></item></rss>", 40, "ab\n");
}

static void lost_memory_is_an_error(void **state)
{
    static const char text[] =
        "<rss><item><title>a</title><link>http://h/</link></item></rss>";

    (void)state;
    assert_sql_lost("select title, link, categories from feed_each(?)", text,
                    sizeof text - 1, 6, "a|http://h/|[]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_feeds),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(hostile_feeds_are_survived),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
