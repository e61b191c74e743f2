// A random walk over one table with a local and a global index, or with neither, beside a small model of what
// DynamoDB does: puts, updates, deletes, conditions, transactions, queries, scans and restarts. One fixed
// seed and a fresh one; a failure names its seed.
#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "scenario/dynamodb/items_fixture.hpp"
#include "services/dynamodb/items/attribute_value.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

using Attributes = std::map<std::string, std::string>;  // name -> AttributeValue as JSON
using Key = std::pair<std::string, int>;                // p and s
using Model = std::map<Key, Attributes>;

std::string s_of(const std::string& t) { return R"({"S":")" + t + R"("})"; }
std::string n_of(int n) { return R"({"N":")" + std::to_string(n) + R"("})"; }
int number_of(const Attributes& item, const std::string& name) {
  const auto at = item.find(name);
  return at == item.end() ? 0 : std::stoi(at->second.substr(6));
}

std::string json_of(const Attributes& item) {
  std::string out = "{";
  for (const auto& [name, value] : item) out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  return out + "}";
}

Attributes attributes_of(const Value& item) {
  Attributes out;
  for (const auto& [name, value] : item.map()) out[name] = wire::to_json(value);
  return out;
}

class Walk {
 public:
  enum class Table { indexed, plain };
  explicit Walk(std::uint32_t seed, Table table) : random_(seed), indexed_(table == Table::indexed) {
    directory_ = std::filesystem::temp_directory_path() / ("puddle-walk-" + std::to_string(seed));
    std::filesystem::remove_all(directory_);
    start(true);
  }
  ~Walk() {
    items_.reset();
    std::filesystem::remove_all(directory_);
  }

  void step() {
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
        return put();
      case 3:
      case 4:
        return update();
      case 5:
        return remove();
      case 6:
        return get();
      case 7:
        return query_table();
      case 8:
        return indexed_ ? query_global() : update();
      case 9:
        return indexed_ ? query_local() : update();
      case 10:
        return transact();
      default:
        return pick(10) == 0 ? restart() : scan();
    }
  }
  void check_counts() {
    const Value table = *items_->ok("DescribeTable", "{}").find("Table");
    CHECK(table.find("ItemCount")->integer() == static_cast<std::int64_t>(model_.size()));
    std::size_t bytes = 0;
    for (const auto& [key, item] : model_) bytes += dynamodb::size_of_item(json(json_of(item)));
    CHECK(table.find("TableSizeBytes")->integer() == static_cast<std::int64_t>(bytes));
    if (!indexed_) return;
    std::int64_t global = 0, local = 0;
    for (const auto& [key, item] : model_) global += in_global(item), local += item.contains("l");
    CHECK(table.find("GlobalSecondaryIndexes")->list()[0].find("ItemCount")->integer() == global);
    CHECK(table.find("LocalSecondaryIndexes")->list()[0].find("ItemCount")->integer() == local);
  }

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  static bool in_global(const Attributes& item) { return item.contains("g") && item.contains("h"); }

  void start(bool create) {
    World::Options options;
    options.store = Store::Options{directory_.string(), Durability::process};
    items_.emplace(std::move(options), create && indexed_);
    if (!create || indexed_) return;
    Value plain = json(kTable);
    for (const char* member : {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"}) plain.map().erase(member);
    List& attributes = plain.map().find("AttributeDefinitions")->list();
    attributes.erase(attributes.begin() + 2, attributes.end());
    items_->w.ok("dynamodb", "CreateTable", std::move(plain));
    items_->w.loop.advance(std::chrono::seconds(1));
  }
  void restart() {
    items_.reset();
    start(false);
    check_counts();
  }

  Key key() { return {"p" + std::to_string(pick(4)), pick(12)}; }
  static Attributes key_attributes(const Key& k) { return {{"p", s_of(k.first)}, {"s", n_of(k.second)}}; }
  Attributes item(const Key& k) {
    Attributes out = key_attributes(k);
    if (pick(3)) out["g"] = s_of("g" + std::to_string(pick(3)));
    if (pick(3)) out["h"] = n_of(pick(5));
    if (pick(3)) out["l"] = s_of(std::string(1, static_cast<char>('a' + pick(5))));
    if (pick(2)) out["v"] = n_of(pick(100));
    if (pick(4) == 0) out["text"] = s_of(std::string(static_cast<std::size_t>(pick(3000)), 'x'));
    return out;
  }

  /// A condition in the expression language, and whether it holds for the item.
  std::pair<std::string, bool> condition(const Key& k) {
    const auto at = model_.find(k);
    switch (pick(4)) {
      case 0:
        return {R"x(,"ConditionExpression":"attribute_not_exists(p)")x", at == model_.end()};
      case 1:
        return {R"x(,"ConditionExpression":"attribute_exists(v)")x",
                at != model_.end() && at->second.contains("v")};
      default:
        return {"", true};
    }
  }
  /// Runs a conditional write; true when it was made.
  bool write(const std::string& operation, const std::string& members, bool holds) {
    if (holds) {
      items_->ok(operation, members);
      return true;
    }
    CHECK(items_->fails(operation, members).code == "ConditionalCheckFailedException");
    return false;
  }

  void put() {
    const Key k = key();
    const Attributes next = item(k);
    const auto [text, holds] = condition(k);
    if (write("PutItem", R"({"Item":)" + json_of(next) + text + "}", holds)) model_[k] = next;
  }

  void update() {
    const Key k = key();
    const auto [text, holds] = condition(k);
    Attributes changed = model_.contains(k) ? model_[k] : key_attributes(k);
    std::string expression, values;
    const int n = pick(50);
    switch (pick(3)) {
      case 0:
        expression = "ADD v :n";
        values = R"(,"ExpressionAttributeValues":{":n":)" + n_of(n) + "}";
        changed["v"] = n_of(number_of(changed, "v") + n);
        break;
      case 1:
        expression = "SET g = :g, h = if_not_exists(h, :n)";
        values = R"(,"ExpressionAttributeValues":{":g":{"S":"g1"},":n":)" + n_of(n % 5) + "}";
        changed["g"] = s_of("g1");
        changed.try_emplace("h", n_of(n % 5));
        break;
      default:
        expression = "REMOVE g, l";
        changed.erase("g");
        changed.erase("l");
    }
    const std::string members = R"({"Key":)" + json_of(key_attributes(k)) + R"(,"UpdateExpression":")" +
                                expression + "\"" + values + text + "}";
    const bool creates = expression != "REMOVE g, l";
    if (write("UpdateItem", members, holds) && (creates || model_.contains(k))) model_[k] = changed;
  }

  void remove() {
    const Key k = key();
    const auto [text, holds] = condition(k);
    if (write("DeleteItem", R"({"Key":)" + json_of(key_attributes(k)) + text + "}", holds)) model_.erase(k);
  }

  void get() {
    const Key k = key();
    const Value got = items_->ok("GetItem", R"({"Key":)" + json_of(key_attributes(k)) + "}");
    const Value* found = got.find("Item");
    REQUIRE((found != nullptr) == model_.contains(k));
    if (found) CHECK(attributes_of(*found) == model_[k]);
  }

  /// All pages of a read.
  std::vector<Attributes> read(const std::string& operation, const std::string& members) {
    std::vector<Attributes> out;
    std::string start;
    for (int pages = 0; pages < 200; ++pages) {
      const Value page =
          items_->ok(operation, "{" + members + start + R"(,"Limit":)" + std::to_string(1 + pick(7)) + "}");
      for (const Value& one : page.find("Items")->list()) out.push_back(attributes_of(one));
      const Value* last = page.find("LastEvaluatedKey");
      if (!last) return out;
      start = R"(,"ExclusiveStartKey":)" + wire::to_json(*last);
    }
    FAIL("no end of pages");
    return out;
  }

  void query_table() {
    const std::string p = "p" + std::to_string(pick(4));
    const int low = pick(12), high = low + pick(6);
    const bool forward = pick(2);
    std::vector<Attributes> wanted;
    for (const auto& [k, item] : model_)
      if (k.first == p && k.second >= low && k.second <= high) wanted.push_back(item);
    if (!forward) std::reverse(wanted.begin(), wanted.end());
    CHECK(read("Query", R"("KeyConditionExpression":"p = :p AND s BETWEEN :a AND :b","ScanIndexForward":)" +
                            std::string(forward ? "true" : "false") +
                            R"(,"ExpressionAttributeValues":{":p":)" + s_of(p) + R"(,":a":)" + n_of(low) +
                            R"(,":b":)" + n_of(high) + "}") == wanted);
  }

  void query_global() {
    const std::string g = s_of("g" + std::to_string(pick(3)));
    std::vector<Attributes> wanted;
    for (const auto& [k, item] : model_) {
      if (!in_global(item) || item.at("g") != g) continue;
      Attributes projected;
      for (const char* name : {"p", "s", "g", "h", "v"})
        if (const auto at = item.find(name); at != item.end()) projected[name] = at->second;
      wanted.push_back(std::move(projected));
    }
    std::vector<Attributes> got =
        read("Query",
             R"("IndexName":"global","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":)" +
                 g + "}");
    CHECK(std::is_sorted(got.begin(), got.end(), [](const Attributes& a, const Attributes& b) {
      return number_of(a, "h") < number_of(b, "h");
    }));
    std::sort(got.begin(), got.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(got == wanted);
  }

  void query_local() {
    const std::string p = "p" + std::to_string(pick(4));
    std::vector<Attributes> wanted;
    for (const auto& [k, item] : model_)
      if (k.first == p && item.contains("l") && item.at("l") >= s_of("c"))
        wanted.push_back({{"p", item.at("p")}, {"s", item.at("s")}, {"l", item.at("l")}});
    std::vector<Attributes> got =
        read("Query", R"("IndexName":"local","KeyConditionExpression":"p = :p AND l >= :l",)"
                      R"("ExpressionAttributeValues":{":l":{"S":"c"},":p":)" +
                          s_of(p) + "}");
    CHECK(std::is_sorted(got.begin(), got.end(),
                         [](const Attributes& a, const Attributes& b) { return a.at("l") < b.at("l"); }));
    std::sort(got.begin(), got.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(got == wanted);
  }

  void scan() {
    std::vector<Attributes> wanted, got;
    for (const auto& [k, item] : model_) wanted.push_back(item);
    const int segments = 1 + pick(4);
    for (int s = 0; s < segments; ++s) {
      const auto part = read(
          "Scan", R"("Segment":)" + std::to_string(s) + R"(,"TotalSegments":)" + std::to_string(segments));
      got.insert(got.end(), part.begin(), part.end());
    }
    std::sort(got.begin(), got.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(got == wanted);
  }

  void transact() {
    Model next = model_;
    std::string actions;
    bool all = true;
    std::set<Key> used;
    for (int i = 1 + pick(3); i > 0; --i) {
      const Key k = key();
      if (!used.insert(k).second) continue;
      const auto [text, holds] = condition(k);
      all = all && holds;
      actions += actions.empty() ? "" : ",";
      if (pick(2)) {
        const Attributes one = item(k);
        actions += R"({"Put":{"TableName":"tab","Item":)" + json_of(one) + text + "}}";
        next[k] = one;
      } else {
        actions += R"({"Delete":{"TableName":"tab","Key":)" + json_of(key_attributes(k)) + text + "}}";
        next.erase(k);
      }
    }
    const Value request = json(R"({"TransactItems":[)" + actions + "]}");
    if (all) {
      items_->w.ok("dynamodb", "TransactWriteItems", request);
      model_ = std::move(next);
    } else {
      CHECK(items_->w.fails("dynamodb", "TransactWriteItems", request).code ==
            "TransactionCanceledException");
    }
  }

  std::mt19937 random_;
  bool indexed_;
  std::filesystem::path directory_;
  std::optional<Items> items_;
  Model model_;
};

void walk(std::uint32_t seed, Walk::Table table, int steps) {
  INFO("seed " << seed);
  Walk w(seed, table);
  for (int i = 0; i < steps; ++i) {
    INFO("step " << i);
    w.step();
  }
  w.check_counts();
}

}  // namespace

TEST_CASE("a random walk agrees with the model, with the same seed every time") {
  walk(20260101, Walk::Table::indexed, 1500);
  walk(20260101, Walk::Table::plain, 1000);
}

TEST_CASE("a random walk agrees with the model, with a fresh seed") {
  walk(std::random_device{}(), Walk::Table::indexed, 1500);
  walk(std::random_device{}(), Walk::Table::plain, 1000);
}
