// Interpreters: the programs of this machine that run managed runtimes, and what they say about themselves.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace puddle {

/// A program's path, or empty.
std::string on_path(const std::string& program);
/// The variable of our own environment, or the fallback when it is not set or empty.
std::string own_variable(const char* name, const char* fallback);
/// Where java is: on the PATH, or below JAVA_HOME.
std::string java_on_path();

/// Each is asked once, by running it: for pool threads. An empty path: there is none.
class Interpreters {
 public:
  struct Python {
    std::string path, version;  ///< "3.11"
    bool boto3 = false;
  };
  struct Node {
    std::string path, version;       ///< "20.20.2"
    std::vector<std::string> flags;  ///< with which Lambda starts it
  };
  struct Ruby {
    std::string path, version;  ///< "3.1.2"
    std::string api;            ///< of the folders of gems: "3.1.0"
    std::string gems;           ///< where it looks for gems, separated by colons
  };
  struct Java {
    std::string path;
    int version = 0;  ///< 17
  };
  Python python(const std::string& runtime);
  Node node(const std::string& runtime);
  Ruby ruby(const std::string& runtime);
  Java java(const std::string& runtime);

 private:
  std::mutex mutex_;
  std::map<std::string, Python> pythons_;  // by runtime
  std::map<std::string, Node> nodes_;
  std::map<std::string, Ruby> rubies_;
  std::map<std::string, Java> javas_;
};

/// The first 4 KiB that a shell command writes to its standard output.
std::string output_of(const std::string& command);
/// For the shell.
std::string quoted(const std::string& path);

}  // namespace puddle
