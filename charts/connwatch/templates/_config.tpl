{{/* The agent's file. A number is float64 here, which would be printed as 1e+06. */}}
{{- define "connwatch.config" -}}
{{- range $key, $value := .Values.config }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }}: {{ if kindIs "float64" $value }}{{ int64 $value }}{{ else if kindIs "string" $value }}{{ quote $value }}{{ else }}{{ $value }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Port of an address such as :9090 or [::1]:9090. */}}
{{- define "connwatch.port" -}}
{{- regexFind "[0-9]+$" . -}}
{{- end -}}

{{/* Host of an address when it is the loopback interface, else nothing. */}}
{{- define "connwatch.loopback" -}}
{{- $host := regexReplaceAll ":[0-9]+$" . "" | trimAll "[]" -}}
{{- if or (eq $host "localhost") (eq $host "::1") (hasPrefix "127." $host) -}}
{{- $host -}}
{{- end -}}
{{- end -}}

{{/* What the schema cannot see: values that are right alone and wrong together. */}}
{{- define "connwatch.check" -}}
{{- $metrics := index .Values.config "metrics-addr" -}}
{{- $health := index .Values.config "health-addr" -}}
{{- if eq (include "connwatch.port" $metrics) (include "connwatch.port" $health) -}}
{{- fail (printf "config.metrics-addr and config.health-addr both want port %s: give them different ports" (include "connwatch.port" $health)) -}}
{{- end -}}
{{- if and (include "connwatch.loopback" $health) (not .Values.hostNetwork) -}}
{{- fail (printf "config.health-addr is %s, where the kubelet's probes cannot reach it: leave the host out, or set hostNetwork" $health) -}}
{{- end -}}
{{- if include "connwatch.loopback" $metrics -}}
{{- range $name := list "service" "podMonitor" "serviceMonitor" -}}
{{- if (index $.Values $name).enabled -}}
{{- fail (printf "config.metrics-addr is %s, which nothing outside of the pod reaches: leave the host out, or set %s.enabled to false" $metrics $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.podMonitor.enabled .Values.serviceMonitor.enabled -}}
{{- fail "podMonitor.enabled and serviceMonitor.enabled are both true: each agent would be scraped twice" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.service.enabled) -}}
{{- fail "serviceMonitor.enabled needs service.enabled; without a Service use podMonitor" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled .Values.hostNetwork -}}
{{- fail "networkPolicy.enabled has no effect on pods with hostNetwork: set one of them to false" -}}
{{- end -}}
{{- with .Values.otlp -}}
{{- if not .endpoint -}}
{{- range $path, $name := dict "headers" .headers.secretName "tls.ca" .tls.ca.secretName "tls.client" .tls.client.secretName -}}
{{- if $name -}}
{{- fail (printf "otlp.%s.secretName is set and otlp.endpoint is not: nothing would be pushed" $path) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.otlp.headers.secretName (index .Values.config "otlp-headers-file") -}}
{{- fail "otlp.headers.secretName and config.otlp-headers-file both name a file with headers: set one of them" -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name (list "CONNWATCH_CONFIG" "CONNWATCH_METRICS_ADDR" "CONNWATCH_HEALTH_ADDR") -}}
{{- fail (printf "extraEnv sets %s, which beats the values that ports and probes follow from: use config" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
