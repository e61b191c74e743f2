// What API Gateway's templates do, case by case. Each CHECK is one line of the language.
#include <catch2/catch.hpp>

#include "languages/vtl/vtl.hpp"
#include "wire/json.hpp"

using namespace puddle;
using namespace puddle::vtl;
using wire::Map;
using wire::Value;

namespace {

struct Fixture {
  std::string body;
  Map overrides;

  Result<std::string> run(std::string_view text) {
    auto parsed = Template::parse(text);
    if (!parsed) return parsed.error();
    Inputs in;
    in.body = body;
    in.params = [] {
      Map query, header, path;
      query.add("page", Value("2"));
      header.add("X-A", Value("b"));
      path.add("id", Value("7"));
      return Map{{"path", Value(path)}, {"querystring", Value(query)}, {"header", Value(header)}};
    };
    in.context = [] {
      return Map{{"requestId", Value("r-1")}, {"identity", Value(Map{{"sourceIp", Value("127.0.0.1")}})}};
    };
    in.stage_variables = [] { return Map{{"colour", Value("blue")}}; };
    in.overrides = &overrides;
    return render(*parsed, in);
  }
};

std::string render_text(std::string_view text, std::string body = "") {
  Fixture f;
  f.body = std::move(body);
  auto out = f.run(text);
  INFO(text);
  if (!out) FAIL(out.error().message);
  return *out;
}
bool fails(std::string_view text) {
  Fixture f;
  return !f.run(text);
}

}  // namespace

TEST_CASE("an unresolved reference prints nothing and counts as true") {
  CHECK(render_text("a$nope${nope}$!nope.b.c()z") == "az");
  CHECK(render_text("#if($nope)yes#{else}no#end") == "yes");
  CHECK(render_text("#if($input.path('$.x') == $null)null#end", "{}") == "null");
  CHECK(render_text("#if($input.path('$.x') == '')empty#end", "{}") == "empty");
  CHECK(render_text("#if(0)0#end#if('')e#end#if(false)f#end") == "0e");
}

TEST_CASE("text that looks like markup stays text") {
  CHECK(render_text("$5 $ #13ff93 href=\"#\" #hello() {$}") == "$5 $ #13ff93 href=\"#\" #hello() {$}");
  CHECK(fails("ends with $"));
  CHECK(render_text("#[[ $a #if ]]#") == " $a #if ");
}

TEST_CASE("escapes print what they protect") {
  CHECK(render_text("#set($x = 1)\\$x \\\\$x") == "$x \\1");
  CHECK(render_text("\\#end \\ \\# \\$ ") == "#end \\ \\# \\$ ");
  CHECK(render_text("#set($x = 5)\\#set( $x = 1 )") == "#set( 5 = 1 )");
}

TEST_CASE("comments vanish, with the line end after ##") {
  CHECK(render_text("a## note\nb#* c *#d") == "abd");
}

TEST_CASE("directives swallow blanks and one line end behind them") {
  CHECK(render_text("#set($a=1)  \nx") == "x");
  CHECK(render_text("#set($a=1) x") == " x");
  CHECK(render_text("#set($a=1) #set($b=2)$a$b") == "12");
  CHECK(render_text("#if(true)\n  a\n#else\n  b\n#end\n") == "  a\n");
  CHECK(render_text("\n  x\n  #set($a=1)\ny") == "\n  x\n  y");
}

TEST_CASE("numbers, strings and operators") {
  CHECK(render_text("#set($x = 1 + 2 * 3)$x") == "7");
  CHECK(render_text("#set($x = 100.0 / 50)$x") == "2.0");
  CHECK(render_text("#set($x = .5*.1)$x") == "0.05");
  CHECK(render_text("#set($x = 7 / 2)$x#set($y = 7 % 4)$y#set($z = (1 - 3))$z") == "33-2");
  CHECK(render_text("#set($n='Bob')#set($x = \"hi $n! \"\"q\"\" ${n}s\")$x") == "hi Bob! \"q\" Bobs");
  CHECK(render_text("#set($x = '$n')$x") == "$n");
  CHECK(render_text("#set($x = \"a\" + 1)$x") == "a1");
  CHECK(render_text("#if(1 == 1.0 && 'a' eq 'a' && !(2 lt 1) and 3 >= 3)ok#end") == "ok");
  CHECK(render_text("#if(1 > 2 || 2 != 2 or false)bad#elseif(1 <= 1)ok#end") == "ok");
  CHECK(render_text("#set($x = 1 / 0)[$x]") == "[]");
  CHECK(fails("#set($x = \"a\\\"b\")"));
  CHECK(fails("#if(true)"));
  CHECK(fails("#end"));
}

TEST_CASE("loops have their counters and forget their variable") {
  CHECK(render_text(
            "#foreach($i in [1..3])$foreach.count:$foreach.index:$i#if($foreach.hasNext),#end#end[$i]") ==
        "1:0:1,2:1:2,3:2:3[]");
  CHECK(render_text("#foreach($i in [2..-1])$i #end") == "2 1 0 -1 ");
  CHECK(render_text("#foreach($i in ['a','b','c'])#if($i == 'b')#break#end$i#end!") == "a!");
  CHECK(render_text("#foreach($v in {'a':1,'b':2})$v$velocityCount;#end") == "11;22;");
  CHECK(render_text("#foreach($x in $nope)x#end") == "");
  CHECK(render_text("a#stop b") == "a");
  CHECK(render_text("#foreach($i in [1..2000])x#end").size() == 1000);
}

TEST_CASE("#define is evaluated at each use; macros are text") {
  CHECK(render_text("#define($b)<$i>#end#foreach($i in [1..2])$b#end $b()") == "<1><2> <>()");
  CHECK(render_text("#evaluate('$x')") == "#evaluate('')");
}

TEST_CASE("lists and maps print as the gateway prints them") {
  const std::string body =
      R"({"m":{"foo":"bar","n":{"k":1}},"l":[{"foo":"bar"}],"x":{"list":[{"foo":"bar"}]},"e":[],"s":"t","z":null})";
  CHECK(render_text("$input.path('$.m')", body) == "{foo=bar, n={k=1}}");
  CHECK(render_text("$input.path('$.l')", body) == R"([{"foo":"bar"}])");
  CHECK(render_text("$input.path('$.x')", body) == R"({list=[{"foo":"bar"}]})");
  CHECK(render_text("$input.path('$.e')$input.path('$.s')$input.path('$.z')", body) == "[]t");
  CHECK(render_text("$input.json('$.m')$input.json('$.s')$input.json('$.none')", body) ==
        R"({"foo":"bar","n":{"k":1}}"t""")");
  CHECK(render_text("#set($l = ['a', 1])$l#set($m = {'k': 'v'})$m") == "[a, 1]{k=v}");
  CHECK(render_text("#set($r = $input.path('$'))$r.m.n.k $r['s'] $r.l[0].foo $r.l.size()", body) ==
        "1 t bar 1");
}

TEST_CASE("methods of strings, lists and maps") {
  CHECK(render_text("#set($s='Hello World')$s.length() $s.toUpperCase() $s.substring(6) $s.substring(0,5) "
                    "$s.indexOf('o')") == "11 HELLO WORLD World Hello 4");
  CHECK(render_text("#set($s='a,b,c')$s.split(',').size() $s.replace(',', ';') $s.replaceAll('[a-b]', "
                    "'<$0>') $s.contains('b')") == "3 a;b;c <a>,<b>,c true");
  CHECK(render_text(
            "#set($s=' x ')[$s.trim()]$s.matches('.x.')$s.startsWith(' ')$s.equals(' x ')$s.isEmpty()") ==
        "[x]truetruetruefalse");
  CHECK(render_text("#set($l=[])#set($ok=$l.add('a'))$l.size()$l.contains('a')$l.isEmpty()$l.get(0)$l[0]$l."
                    "set(0,'b')$l") == "1truefalseaaa[b]");
  CHECK(render_text("#set($m={})$m.put('a',1)$m.put('a',2)$m.keySet()$m.values()$m.containsKey('a')$m.get('a'"
                    ")$m.size()") == "1[a][2]true21");
  CHECK(render_text("#set($m={'a':1,'b':2})#foreach($e in $m.entrySet())$e.key=$e.value,$e.getKey();#end") ==
        "a=1,a;b=2,b;");
  CHECK(render_text("#set($m={})#set($m.x = 1)#set($m['y'] = 2)#set($l=[1,2])#set($l[1]=9)$m$l") ==
        "{x=1, y=2}[1, 9]");
  CHECK(fails("#set($l=[])$l.get(0)"));
}

TEST_CASE("$input, $util, $context and $stageVariables") {
  CHECK(render_text("Action=SendMessage&MessageBody=$util.urlEncode($input.body)", "{\"a\": \"b&c\"}") ==
        "Action=SendMessage&MessageBody=%7B%22a%22%3A+%22b%26c%22%7D");
  CHECK(render_text("$input.body") == "{}");
  CHECK(render_text("$input.body.x|", "{\"x\":1}") == "|");
  CHECK(render_text("$input.params('id')$input.params('page')$input.params('X-A')$input.params('no')") ==
        "72b");
  CHECK(render_text("$input.params().header['X-A']$input.params().querystring.page") == "b2");
  CHECK(render_text("$context.requestId $context.identity.sourceIp [$context.identity] "
                    "$context.get('requestOverride')|") == "r-1 127.0.0.1 [] |");
  CHECK(render_text("$stageVariables.colour ${stageVariables['colour']} $stageVariables.no") == "blue blue ");
  CHECK(render_text("$util.base64Encode('hi')$util.base64Decode('aGk=')$util.urlDecode('a+b%20c')") ==
        "aGk=hia b c");
  CHECK(render_text("$util.escapeJavaScript(\"it's\")") == "it\\'s");
  CHECK(render_text("#set($o = $util.parseJson('{\"a\":[1,2]}'))$o.a[1]") == "2");
}

TEST_CASE("overrides come back to the caller") {
  Fixture f;
  REQUIRE(
      f.run("#set($context.responseOverride.status = 444)#set($context.requestOverride.header['X'] = 'y')"));
  CHECK(f.overrides.find("responseOverride")->find("status")->integer() == 444);
  CHECK(f.overrides.find("requestOverride")->find("header")->text_or("X") == "y");
  auto again = f.run("$context.responseOverride.status");
  REQUIRE(again);
  CHECK(*again == "444");
}

TEST_CASE("everything is bounded") {
  CHECK(fails(std::string(400 * 1024, 'x')));
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "#if(true)";
  CHECK(fails(deep));
  CHECK(fails("#set($s='xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')#foreach($i in [1..60])#set($s=\"$s$s\")#end"));
  CHECK(fails("#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])#end#end#end"));
  CHECK(fails("#define($b)$b#end$b"));
  CHECK(fails("#set($m={})#set($m.me = $m)$m"));
  CHECK(fails("#set($x = " + std::string(500, '(') + ")"));
  CHECK(fails("#set($x = 1" + [] {
    std::string s;
    for (int i = 0; i < 5000; ++i) s += "+1";
    return s;
  }() + ")"));
}
