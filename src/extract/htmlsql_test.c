/* htmlsql_test.c - pages, good and bad, and what SQL makes of them. */
#include "extract/fixture_test.h"

static const char page[] =
    "<!doctype html><title> My\n page </title>"
    "<script>var x = '<tr><td>no</td></tr>';</script>"
    "<table id=rates class='wide  small'><thead><tr><th>c<th>rate</thead>"
    "<tbody><tr><td>EUR<td>1.25 <b>up</b><tr><td>GBP<td>1.41"
    "<tr class=old><td>DEM<td></table>"
    "<p lang=en-GB>a<br>b <a href='/x?a=1&amp;b=2' rel='nofollow me'>L</a></p>"
    "<div><p>in</p>out&nbsp;&lt;&euro;<!-- c --></div>";

static void rows_of_a_table(void **state)
{
    (void)state;
    assert_sql("select html_text(n.node, 'td:nth-child(1)'), "
               "html_text(n.node, 'td:nth-child(2)') from "
               "html_each(?, 'table#rates tbody tr:not(.old)') n",
               page, "EUR|1.25 up\nGBP|1.41\n");
    assert_sql("select i, tag, text, html, attrs from html_each(?, 'b, a')",
               page,
               "1|b|up|<b>up</b>|{}\n"
               "2|a|L|<a href=\"/x?a=1&amp;b=2\" rel=\"nofollow me\">L</a>|"
               "{\"href\":\"/x?a=1&b=2\",\"rel\":\"nofollow me\"}\n");
    assert_sql("select * from html_each(?, 'title')", page,
               "1|title|My page|<title> My\n page </title>|{}\n");
    assert_sql("select count(*) from html_each(?, 'nosuch')", page, "0\n");
}

static void selectors_match_as_in_browsers(void **state)
{
    static const char *const cases[][2] = {
        {"tr", "4"},
        {"TR td", "6"},
        {"table > tr", "0"},
        {"tbody > tr + tr", "2"},
        {"tr ~ .old", "1"},
        {"tr:nth-child(odd)", "3"},
        {"tr:nth-child(-n+1)", "2"},
        {"tr:nth-last-child(1)", "2"},
        {"tbody tr:first-child td:last-child", "1"},
        {"td:empty", "1"},
        {".wide.small", "1"},
        {".WIDE", "0"},
        {"[class~=small]", "1"},
        {"[class~='wide  small']", "0"},
        {"[lang|=en]", "1"},
        {"[lang|=e]", "0"},
        {"[href^='/x']", "1"},
        {"[href^='']", "0"},
        {"[href$='b=2']", "1"},
        {"[href*='a=1&b']", "1"},
        {"[href*='A=1' i]", "1"},
        {"a[rel=nofollow]", "0"},
        {"tr:has(td b)", "1"},
        {"tr:has(> b)", "0"},
        {"p:has(+ div)", "1"},
        {":is(th, td):first-of-type", "4"},
        {"p:only-child", "1"},
        {"p:only-of-type", "2"},
        {":root", "1"},
        {":scope > body", "1"},
        {"> body > p", "1"},
        {"a:link", "1"},
        {"*", "26"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char sql[100];
        char count[8];

        sqlite3_snprintf(sizeof sql, sql,
                         "select count(*) from html_each(?, %Q)", cases[i][0]);
        sqlite3_snprintf(sizeof count, count, "%s\n", cases[i][1]);
        assert_sql(sql, page, count);
    }
}

static void languages_are_inherited(void **state)
{
    static const char texts[] =
        "<html lang=en><p>1<div lang=de-CH><p>2<span lang=''>3</span></div>"
        "<p lang=DE>4<p lang=den>5";

    (void)state;
    assert_sql("select group_concat(text, ' ') from html_each(?, ':lang(de)')",
               texts, "23 23 4\n");
    assert_sql("select text from html_each(?, 'p:lang(en)')", texts, "1\n");
    assert_sql("select text from html_each(?, ':lang(\"de-ch\")')", texts,
               "23\n23\n");
    assert_sql("select text from html_each(?, ':lang(\"\"), span:lang(de)')",
               texts, "");
    assert_sql("select 1 from html_each('<p>', ':lang(de), p:target')", "", "");
}

static void texts_are_as_people_read_them(void **state)
{
    (void)state;
    assert_sql("select html_text(?, 'p')", page, "a b L\n");
    assert_sql("select html_text(?, 'div')", page,
               "in out\xc2\xa0<\xe2\x82\xac\n");
    assert_sql("select html_text('a <b>b</b>c<p> d ', ''), html_text('x')", "",
               "a bc d|x\n");
    assert_sql("select html_text(?, 'nosuch'), html_text(null, 'p'), "
               "html_text(null), html_text('', 'p'), html_text('')",
               page, "~|~|~|~|\n");
    assert_sql("select html_text(?, 'script')", page,
               "var x = '<tr><td>no</td></tr>';\n");
    assert_sql("select html_attr(?, 'a', 'href'), html_attr(?1, 'a', 'no'), "
               "html_attr(?1, 'no', 'href')",
               page, "/x?a=1&b=2|~|~\n");
    assert_sql("select html_attr(n.node, '', 'class') from "
               "html_each(?, 'table, .old') n",
               page, "wide  small\nold\n");
}

static void nodes_survive_sorts_and_groups(void **state)
{
    (void)state;
    assert_sql("with n as materialized (select node, i from html_each(?, "
               "'tbody tr')) select html_text(node, 'td') from n order by i "
               "desc",
               page, "DEM\nGBP\nEUR\n");
    assert_sql("select html_text(node, 'td'), row_number() over (order by i "
               "desc) from html_each(?, 'tbody tr') order by 2",
               page, "DEM|1\nGBP|2\nEUR|3\n");
    assert_sql("select html_text(max(node), 'th') from html_each(?, 'thead') "
               "group by tag",
               page, "c\n");
    assert_sql("select r.i, c.text from html_each(?, 'tbody tr') r, "
               "html_each(r.node, '> td') c where c.i = 1",
               page, "1|EUR\n2|GBP\n3|DEM\n");
    assert_sql("select count(*) from html_each(?, 'td') a join "
               "html_each(?1, 'td') b on a.text = b.text",
               page, "6\n");
    assert_int_equal(sandbox.functions.html.documents.count, 1);
}

static void xpath_gives_nodes_and_values(void **state)
{
    (void)state;
    assert_sql("select i, tag, text from xpath_each(?, '//a/@*')", page,
               "1|@href|/x?a=1&b=2\n2|@rel|nofollow me\n");
    assert_sql("select text from xpath_each(?, '//td[2]/text()')", page,
               "1.25 \n1.41\n");
    assert_sql("select text, typeof(text), tag from xpath_each(?, "
               "'count(//tr)')",
               page, "4.0|real|~\n");
    assert_sql("select text from xpath_each(?, 'string(//title)')", page,
               " My\n page \n");
    assert_sql("select html_text(r.node, 'b') from xpath_each(?, "
               "'//td/b/..') r",
               page, "up\n");
    /* who makes up a node gets another one, or none */
    assert_sql("select html_text(cast(substr(node, 1, 16) || "
               "x'0000000000000000' as blob)) "
               "from xpath_each(?, '//title')",
               page, "My page\n");
    assert_sql("select html_text(cast(substr(node, 1, 16) || "
               "x'0100000000000000' as blob)) "
               "from xpath_each(?, '//title')",
               page,
               "!html_text: the node's document is gone: only the last 64 "
               "documents of an answer are kept");
    /* a namespace is in the set that was found, not in the document */
    assert_sql("select tag, text, html, attrs, node from xpath_each(?, "
               "'//title/namespace::*')",
               page, "#namespace|http://www.w3.org/XML/1998/namespace||{}|~\n");
    assert_sql("select tag from xpath_each(?, '//td | //th')", page,
               "th\nth\ntd\ntd\ntd\ntd\ntd\ntd\n");
    assert_sql("select html from xpath_each(?, '//comment()')", page,
               "<!-- c -->\n");
    /* libxml2 would have the text before what is in the element */
    assert_sql("select tag, text from xpath_each(?, '//text() | //b')",
               "<p><b></b></p>x<i>y", "b|\n#text|x\n#text|y\n");
}

static void wrong_expressions_are_shown(void **state)
{
    (void)state;
    assert_sql("select * from html_each(?, 'tr >> td')", page,
               "!html_each: the selector at column 5: a selector is expected: "
               "tr >^> td");
    assert_sql("select html_text(?, 'td:hover')", page,
               "!html_text: the selector at column 3: no such pseudo-class: "
               "td^:hover");
    assert_sql("select html_attr(?, '[', 'x')", page,
               "!html_attr: the selector at column 2: the name of an attribute "
               "is expected: [^");
    assert_sql("select * from xpath_each(?, '//td[')", page,
               "!xpath_each: the XPath at column 6: it is no XPath expression: "
               "//td[^");
    assert_sql("select * from xpath_each(?, 'nosuch()')", page,
               "!xpath_each: the XPath at column 1: there is no such function: "
               "^nosuch()");
    assert_sql("select * from xpath_each(?, '$x')", page,
               "!xpath_each: the XPath at column 2: there are no variables: "
               "$^x");
    assert_sql(
        "select * from xpath_each(?, '//x:y')", page,
        "!xpath_each: the XPath at column 3: no namespace has this prefix: "
        "//^x:y");
    assert_sql("select * from html_each(?)", page,
               "!html_each(doc, css): argument 2 is missing");
    assert_sql("select * from html_each(null, 'a')", page, "");
    assert_sql("select * from html_each(?, null)", page, "");
    assert_sql("select 1 from html_each(?, 'a')", "", "");
}

static void nodes_of_the_past_are_refused(void **state)
{
    char sql[200];
    struct gn_buf hex =
        ask_n("select hex(node) from html_each(?, 'p')", page, sizeof page - 1);

    (void)state;
    assert_sql("select instr(html_text(node, ''), 'b L') > 0 from "
               "html_each(?, 'p') limit 1",
               page, "1\n");
    hex.data[48] = '\0';
    sqlite3_snprintf(sizeof sql, sql,
                     "select ifnull(instr(html_text(x'%s', ''), 'b L'), 0)",
                     hex.data);
    gn_buf_fini(&hex);
    /* the next job: it is no node, but some text */
    assert_sql("select length(html_text(x'00', '')) >= 0", "", "1\n");
    assert_sql(sql, "", "0\n");
    assert_sql("with recursive n(i) as (values (1) union all select i + 1 from "
               "n limit 70), d as materialized (select node from n, "
               "html_each('<p>' || n.i, 'p')) select sum(html_text(node, '')) "
               "from d",
               "",
               "!html_text: the node's document is gone: only the last 64 "
               "documents of an answer are kept");
    assert_sql("with recursive n(i) as (values (1) union all select i + 1 from "
               "n limit 500) select sum(html_text(node, '')) from n, "
               "html_each('<p>' || n.i, 'p')",
               "", "125250\n");
}

static void hostile_pages_are_survived(void **state)
{
    static const struct {
        const char *unit;
        size_t n;
        const char *rows;
    } cases[] = {
        {"<div>", 100000,
         "!html_each: more than 10000 tags are open at line 1, column 50001"},
        {"<", 1000000, "0\n"},
        {"<p ", 100000, "0\n"},
        {"<a href='x", 5000, "0\n"},
        {"&#0;&#xd800;&bogus;<\xff>", 10000, "0\n"},
        {"<!--", 100000, "0\n"},
        {"<table><p>", 2000, "2000\n"},
        {"<svg><p></svg>", 2000, "2000\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf body = many(cases[i].unit, cases[i].n);

        assert_sql_n("select count(*) from html_each(?, 'p')", body.data,
                     body.size, cases[i].rows);
        gn_buf_fini(&body);
    }
    assert_sql_n("select count(*), text from html_each(?, 'p')", "<p>a\0b<p>\0",
                 10, "2|ab\n");
}

static void what_takes_too_long_is_ended(void **state)
{
    struct gn_buf body = many("<i></i>", 50000);
    sqlite3_stmt *stmt;

    (void)state;
    assert_sql_n("select count(*) from html_each(?, 'i ~ i ~ i ~ b')",
                 body.data, body.size, "0\n");
    assert_sql_n("select count(*) from xpath_each(?, "
                 "'//i[count(preceding-sibling::i) < 0]')",
                 body.data, body.size,
                 "!xpath_each: \"//i[count(preceding-sibling::i) < 0]\" takes "
                 "more than 50000000 steps on this document");
    gn_sandbox_arm(&sandbox, 0);
    assert_int_equal(sqlite3_prepare_v2(sandbox.db,
                                        "select html_text('<p>', 'p')", -1,
                                        &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_INTERRUPT);
    assert_true(sandbox.budget.expired);
    sqlite3_finalize(stmt);
    gn_buf_fini(&body);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_sql_lost("select html_text(n.node, 'td:nth-child(1)'), attrs, html "
                    "from html_each(?, 'tr.old') n",
                    page, sizeof page - 1, 8,
                    "DEM|{\"class\":\"old\"}|<tr class=\"old\"><td>"
                    "DEM</td><td></td></tr>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_table),
        cmocka_unit_test(selectors_match_as_in_browsers),
        cmocka_unit_test(languages_are_inherited),
        cmocka_unit_test(texts_are_as_people_read_them),
        cmocka_unit_test(nodes_survive_sorts_and_groups),
        cmocka_unit_test(xpath_gives_nodes_and_values),
        cmocka_unit_test(wrong_expressions_are_shown),
        cmocka_unit_test(nodes_of_the_past_are_refused),
        cmocka_unit_test(hostile_pages_are_survived),
        cmocka_unit_test(what_takes_too_long_is_ended),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
