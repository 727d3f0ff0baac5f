/* linksql_test.c - links and URLs in SQL. */
#include "extract/fixture_test.h"

static const char page[] =
    "<link rel=canonical href='/c'><nav><a href='/n'>N</a></nav>"
    "<main><a href='a?b#c' rel=nofollow>A</a><a href='x'></a></main>";

static void rows_of_links(void **state)
{
    (void)state;
    assert_sql("select * from links_each(?, 'http://h/d/')", page,
               "1|http://h/c|~|canonical|link|0\n2|http://h/n|N|~|a|0\n"
               "3|http://h/d/a?b|A|nofollow|a|1\n4|http://h/d/x|~|~|a|0\n");
    assert_sql("select url from links_each(?)", page, "/c\n/n\na?b\nx\n");
    assert_sql("select url from links_each(?, null)", page, "/c\n/n\na?b\nx\n");
    assert_sql("select l.i, l.url from html_each(?, 'main') m, "
               "links_each(m.node, 'http://h/') l",
               page, "1|http://h/a?b\n2|http://h/x\n");
    assert_sql("select 1 from links_each(null, 'http://h/')", page, "");
    assert_sql("select count(*) from links_each(?, 'http://h/')", "", "0\n");
}

static void a_selector_says_which(void **state)
{
    static const char nested[] =
        "<base href='http://h/b/'><div class=x><a href=1></a><div class=x>"
        "<a class=x href=2></a></div></div><a href=3></a><p class=x>"
        "<a href='mailto:a@b'></a></p><p class=x><area href=4></p>";

    (void)state;
    assert_sql("select i, url, rel from links_each(?, 'http://h/d/', 'main a')",
               page, "1|http://h/d/a?b|nofollow\n2|http://h/d/x|~\n");
    assert_sql("select url from links_each(?, 'http://h/', 'nav, a[rel]')",
               page, "http://h/n\nhttp://h/a?b\n");
    assert_sql("select url from links_each(?, null, 'link')", page, "/c\n");
    assert_sql("select url from links_each(?, null, 'table')", page, "");
    assert_sql("select count(*) from links_each(?, null, null)", page, "4\n");
    assert_sql("select url from links_each(?, null, '.x')", nested,
               "http://h/b/1\nhttp://h/b/2\nhttp://h/b/4\n");
    assert_sql("select l.url from html_each(?, 'div') d, "
               "links_each(d.node, null, 'a.x') l",
               nested, "http://h/b/2\nhttp://h/b/2\n");
}

static void urls_are_joined(void **state)
{
    (void)state;
    assert_sql("select url_join('http://h/a/b', '../c?d#e'), "
               "url_join('', 'http://h/'), url_join(null, 'x'), "
               "url_join('http://h/', null)",
               "", "http://h/c?d#e|http://h/|~|~\n");
    assert_sql("select url_join('h/a', 'b')", "",
               "!url_join: \"h/a\" is no URL that another can be relative to");
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    assert_sql("select 1 from links_each(?, '', '', 1)", "",
               "!links_each(doc[, base[, css]]): argument 4 is one too many");
    assert_sql("select l.url from xml_each('<a/>', '//a') x, "
               "links_each(x.node) l",
               "", "!links_each: the node is one of XML, not of HTML");
    assert_sql(
        "select 1 from links_each(?, null, 'a[')", page,
        "!links_each: the selector at column 3: the name of an attribute "
        "is expected: a[^");
}

static void hostile_pages_are_survived(void **state)
{
    struct gn_buf body = many("<a href=x>", 5000);

    (void)state;
    assert_sql_n("select count(*) from links_each(?, 'http://h/')", body.data,
                 body.size, "5000\n");
    gn_buf_fini(&body);
    body = many("../", 300000);
    assert_sql_n("select url_join('http://h/a/b', ?)", body.data, body.size,
                 "http://h/\n");
    gn_buf_fini(&body);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_sql_lost("select url, text, url_join(url, 'y') from links_each(?, "
                    "'http://h/') where i = 2",
                    page, sizeof page - 1, 8, "http://h/n|N|http://h/y\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_links),
        cmocka_unit_test(a_selector_says_which),
        cmocka_unit_test(urls_are_joined),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(hostile_pages_are_survived),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
