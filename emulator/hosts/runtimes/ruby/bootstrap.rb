# frozen_string_literal: true

# Runtime client for Ruby functions: asks the Runtime API for events and runs the handler.
require 'json'
require 'logger'
require 'socket'
require 'stringio'

$stdout.sync = true
$stderr.sync = true

# A log event is a line here; Lambda's own runtime keeps what one call writes together.
module Kernel
  def puts(*parts)
    text = parts.flatten.map { |part| part.to_s.encode('UTF-8') }.join("\n")
    $stdout.write("#{text.chomp.gsub("\n", "\r")}\n")
    nil
  end
end

# Loggers on the standard streams write Lambda's form, with the request.
module LambdaLogging
  class Formatter < Logger::Formatter
    def call(severity, time, progname, message)
      "#{severity[0]}, [#{format_datetime(time)} ##{$$}] #{severity.rjust(5)} #{$_global_aws_request_id} -- " \
        "#{progname}: #{msg2str(message).gsub("\n", "\r")}\n"
    end
  end

  def initialize(device = $stdout, *rest, **options)
    if device.nil? || device == $stdout || device == $stderr
      device = $stdout
      options[:formatter] ||= Formatter.new
    end
    super
  end
end
Logger.prepend(LambdaLogging)

# Event and answer; a function may replace these methods.
module AwsLambda
  class Marshaller
    class << self
      def marshall_request(request)
        request['Content-Type'] == 'application/json' ? JSON.parse(request.body) : request.body
      end

      def marshall_response(answer)
        case answer
        when StringIO, IO then [answer, 'application/unknown']
        else answer.to_json
        end
      end
    end
  end
end

class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms

  def initialize(request)
    @deadline_ms = request['Lambda-Runtime-Deadline-Ms'].to_i
    @aws_request_id = request['Lambda-Runtime-Aws-Request-Id']
    @invoked_function_arn = request['Lambda-Runtime-Invoked-Function-Arn']
    @log_group_name = ENV['AWS_LAMBDA_LOG_GROUP_NAME']
    @log_stream_name = ENV['AWS_LAMBDA_LOG_STREAM_NAME']
    @function_name = ENV['AWS_LAMBDA_FUNCTION_NAME']
    @memory_limit_in_mb = ENV['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']
    @function_version = ENV['AWS_LAMBDA_FUNCTION_VERSION']
    @identity = parsed(request['Lambda-Runtime-Cognito-Identity'])
    @client_context = parsed(request['Lambda-Runtime-Client-Context'])
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end

  private

  def parsed(text)
    text.to_s.empty? ? nil : JSON.parse(text)
  end
end

# "file.method" or "file.Class.method". The method is called on an object of this class when it has no class.
class LambdaHandler
  def initialize(name)
    parts = name.split('.')
    @handler_file_name, @handler_method_name = parts.first, parts.last
    @handler_class = parts[1] if parts.size == 3
    return if [2, 3].include?(parts.size)

    raise ArgumentError, "Invalid handler #{parts}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where " \
                         'FILENAME corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional ' \
                         'module/class namespace and METHOD is a callable method. If using CLASS, METHOD must be a ' \
                         'class-level method.'
  end

  def load
    require @handler_file_name
  end

  def call_handler(event, context)
    return Kernel.const_get(@handler_class).send(@handler_method_name, event: event, context: context) if @handler_class

    __send__(@handler_method_name, event: event, context: context)
  end
end

module LambdaRuntime
  Answer = Struct.new(:status, :headers, :body) do
    def [](name)
      headers[name.downcase]
    end
  end

  # One kept-alive HTTP connection; a request on one that was closed meanwhile is sent again.
  class Connection
    def initialize(address)
      @address = address
      @host, @port = address.split(':')
    end

    def request(method, path, body = '', headers = {})
      lines = ["#{method} /2018-06-01/runtime/#{path} HTTP/1.1", "Host: #{@address}", "Content-Length: #{body.bytesize}"]
      headers.each { |name, value| lines << "#{name}: #{value}" }
      head = "#{lines.join("\r\n")}\r\n\r\n".b
      2.times do |try|
        @socket ||= TCPSocket.new(@host, @port.to_i)
        @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
        @socket.write(head + body.b)
        return answer
      rescue SystemCallError, EOFError
        @socket = nil
        raise if try == 1
      end
    end

    private

    def answer
      status = (@socket.gets || raise(EOFError)).split(' ')[1].to_i
      headers = {}
      while (line = @socket.gets) && line != "\r\n"
        name, value = line.chomp.split(':', 2)
        headers[name.downcase] = value.strip
      end
      length = headers.fetch('content-length', '0').to_i
      Answer.new(status, headers, length.zero? ? +'' : @socket.read(length).force_encoding('UTF-8'))
    end
  end

  # An exception as Lambda words it.
  class Failure
    NAMED = %w[ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError].freeze
    attr_reader :document

    def initialize(error, kind)
      @kind = "#{kind}<#{error.class}>"
      @named = NAMED.include?(error.class.to_s)
      frames = (error.backtrace_locations || []).first(100).map(&:to_s)
      @document = { errorMessage: error.message, errorType: @kind,
                    stackTrace: frames.take_while { |frame| !frame.start_with?(__FILE__) } }
    end

    def headers
      { 'Content-Type' => 'application/vnd.aws.lambda.error+json',
        'Lambda-Runtime-Function-Error-Type' => @named ? @kind : 'Function<UserException>' }
    end

    def log(message)
      puts message
      puts JSON.pretty_generate(@document)
    end
  end

  class << self
    def run
      @api = Connection.new(ENV.fetch('AWS_LAMBDA_RUNTIME_API'))
      root = ENV.fetch('LAMBDA_TASK_ROOT')
      $LOAD_PATH.unshift(root) unless $LOAD_PATH.include?(root)
      handler = load_handler
      serve(handler)
    rescue SystemCallError, EOFError
      exit!(1) # the emulator is gone
    end

    private

    def load_handler
      handler = LambdaHandler.new(ENV.fetch('_HANDLER', ''))
      handler.load
      handler
    rescue Exception => e # LoadError, SyntaxError and whatever the function's own code raises
      failure = Failure.new(e, 'Init')
      failure.log('Init error when loading handler')
      @api.request('POST', 'init/error', failure.document.to_json, failure.headers)
      exit(-4)
    end

    def serve(handler)
      loop do
        request = @api.request('GET', 'invocation/next')
        exit(1) unless request.status == 200
        $_global_aws_request_id = request['Lambda-Runtime-Aws-Request-Id']
        trace = request['Lambda-Runtime-Trace-Id']
        ENV['_X_AMZN_TRACE_ID'] = trace if trace
        handle(handler, request)
      end
    end

    def handle(handler, request)
      base = "invocation/#{$_global_aws_request_id}/"
      body, type = AwsLambda::Marshaller.marshall_response(
        handler.call_handler(AwsLambda::Marshaller.marshall_request(request), LambdaContext.new(request))
      )
      body = body.read if type == 'application/unknown'
      @api.request('POST', "#{base}response", body, 'Content-Type' => type || 'application/json')
    rescue StandardError => e
      critical = e.is_a?(NameError) # a function whose names are wrong will not get better
      fail_with(base, e, critical ? 'Critical exception from handler' : 'Error raised from handler method')
      exit(-1) if critical
    rescue Exception => e # SystemExit, NoMemoryError, SystemStackError
      fail_with(base, e, 'Critical exception from handler')
      exit(-1)
    end

    def fail_with(base, error, message)
      failure = Failure.new(error, 'Function')
      failure.log(message)
      @api.request('POST', "#{base}error", failure.document.to_json, failure.headers)
    end
  end
end

LambdaRuntime.run
