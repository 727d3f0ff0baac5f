/* opml_test.c - lists of feeds. */
#include "import/import_testing.h"

#define ROWS                                                                   \
    "    schedule: 1h\n"                                                       \
    "    rows:\n"                                                              \
    "      table: entries\n"                                                   \
    "      key: [feed, guid]\n"                                                \
    "      sql: |\n"                                                           \
    "        select :source as feed, coalesce(guid, link) as guid, title, "    \
    "link,\n"                                                                  \
    "               author, parse_time(coalesce(published, updated)) as "      \
    "published,\n"                                                             \
    "               html_text(coalesce(summary, content), '') as summary\n"    \
    "        from feed_each(:body)\n"

static const char list[] =
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    "<opml version='2.0'><head><title>mine</title></head><body>\n"
    "<outline text='Tech'>\n"
    "<outline type='rss' text='A &amp; B' xmlUrl='https://a/feed'/>\n"
    "<outline text='A &amp; B' xmlUrl='http://b/?x=1&amp;y=2'/></outline>\n"
    "<outline text='local' xmlUrl='file:///etc/passwd'/>\n"
    "<outline text='no feed' htmlUrl='https://c/'/>\n"
    "</body></opml>";

static void feeds_become_sources(void **state)
{
    (void)state;
    assert_becomes(gn_import_opml, list,
                   "\nsources:\n"
                   "\n  \"A & B\":\n    url: \"https://a/feed\"\n" ROWS
                   "\n  \"A & B 2\":\n    url: \"http://b/?x=1&y=2\"\n" ROWS,
                   "f:6: file:///etc/passwd is left out: garner fetches http "
                   "and https\n");
}

static void others_are_refused(void **state)
{
    (void)state;
    assert_refuses(gn_import_opml, "<opml><body/></opml>",
                   "1: there is no feed in it: no outline has an xmlUrl");
    assert_refuses(gn_import_opml, "<rss/>",
                   "1: the file begins with <rss>, not <opml>; it is of "
                   "another kind");
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_survives(gn_import_opml, list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feeds_become_sources),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
