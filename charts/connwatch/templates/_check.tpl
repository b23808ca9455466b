{{/* The schema cannot check combinations of values; this does. */}}
{{- define "connwatch.check" -}}
{{- $metrics := index .Values.config "metrics-addr" -}}
{{- $health := index .Values.config "health-addr" -}}
{{- if eq (include "connwatch.port" $metrics) (include "connwatch.port" $health) -}}
{{- fail (printf "config.metrics-addr and config.health-addr both use port %s: give them different ports" (include "connwatch.port" $health)) -}}
{{- end -}}
{{- if and (include "connwatch.loopback" $health) (not .Values.hostNetwork) -}}
{{- fail (printf "config.health-addr is %s, where the kubelet's probes cannot reach it: leave the host out, or set hostNetwork" $health) -}}
{{- end -}}
{{- if index .Values.config "web-config-health" -}}
{{- fail "config.web-config-health is true, but the kubelet's probes have no password and no client certificate: set it to false" -}}
{{- end -}}
{{- if include "connwatch.loopback" $metrics -}}
{{- range $name := list "service" "podMonitor" "serviceMonitor" -}}
{{- if (index $.Values $name).enabled -}}
{{- fail (printf "config.metrics-addr is %s, which nothing outside the pod can reach: leave the host out, or set %s.enabled to false" $metrics $name) -}}
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
{{- fail (printf "otlp.%s.secretName is set but otlp.endpoint is not: nothing would be pushed" $path) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.otlp.headers.secretName (index .Values.config "otlp-headers-file") -}}
{{- fail "otlp.headers.secretName and config.otlp-headers-file both set the file with headers: set only one" -}}
{{- end -}}
{{- include "connwatch.check.kubernetes" . -}}
{{- include "connwatch.check.push" . -}}
{{- include "connwatch.check.service" . -}}
{{- include "connwatch.check.security" . -}}
{{- include "connwatch.check.resources" . -}}
{{- include "connwatch.check.keys" . -}}
{{- include "connwatch.check.env" . -}}
{{- include "connwatch.check.times" . -}}
{{- include "connwatch.check.rollout" . -}}
{{- end -}}

{{/* With a key twice in a manifest, Kubernetes refuses it or the last one wins, and no selector finds the pods. */}}
{{- define "connwatch.check.keys" -}}
{{- $labels := include "connwatch.ownLabels" . | fromYaml -}}
{{- $annotations := include "connwatch.podAnnotations" . | fromYaml -}}
{{- with .Values -}}
{{- range $given := list
    (list "commonLabels" .commonLabels $labels)
    (list "podLabels" .podLabels $labels)
    (list "service.labels" .service.labels $labels)
    (list "podMonitor.labels" .podMonitor.labels $labels)
    (list "serviceMonitor.labels" .serviceMonitor.labels $labels)
    (list "prometheusRule.labels" .prometheusRule.labels $labels)
    (list "dashboards.labels" .dashboards.labels $labels)
    (list "podAnnotations" .podAnnotations $annotations) -}}
{{- range $key, $_ := index $given 1 -}}
{{- if hasKey (index $given 2) $key -}}
{{- fail (printf "%s sets %s, which the chart sets itself: choose another key" (index $given 0) $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A variable overrides the file; of two with the same name the last one counts. */}}
{{- define "connwatch.check.env" -}}
{{- $own := list -}}
{{- range include "connwatch.env" . | fromYamlArray -}}
{{- $own = append $own .name -}}
{{- end -}}
{{- $seen := list -}}
{{- range .Values.extraEnv -}}
{{- if hasPrefix "CONNWATCH_" .name -}}
{{- fail (printf "extraEnv sets %s: settings go into config" .name) -}}
{{- end -}}
{{- if has .name $own -}}
{{- $instead := eq .name "OTEL_RESOURCE_ATTRIBUTES" | ternary ": use resourceAttributes" (hasPrefix "OTEL_" .name | ternary ": use otlp" "") -}}
{{- fail (printf "extraEnv sets %s, which the chart sets itself%s" .name $instead) -}}
{{- end -}}
{{- if has .name $seen -}}
{{- fail (printf "extraEnv sets %s twice" .name) -}}
{{- end -}}
{{- $seen = append $seen .name -}}
{{- end -}}
{{- end -}}

{{/* Milliseconds of a duration such as 1m0.5s, of the agent's or of Prometheus. */}}
{{- define "connwatch.milliseconds" -}}
{{- $units := dict "ms" 1.0 "s" 1000.0 "m" 60000.0 "h" 3600000.0 "d" 86400000.0 "w" 604800000.0 "y" 31536000000.0 -}}
{{- $sum := 0.0 -}}
{{- range regexFindAll "[0-9.]+(ms|[smhdwy])" . -1 -}}
{{- $sum = addf $sum (mulf (regexFind "[0-9.]+" . | float64) (get $units (regexFind "[a-z]+" .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{- define "connwatch.check.times" -}}
{{- $grace := int64 .Values.terminationGracePeriodSeconds -}}
{{- with index .Values.config "shutdown-timeout" -}}
{{- if ge (include "connwatch.milliseconds" . | float64) (mulf $grace 1000.0) -}}
{{- fail (printf "terminationGracePeriodSeconds is %d and config.shutdown-timeout %s: a pod would be killed before its time-out; increase terminationGracePeriodSeconds" $grace .) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "podMonitor" "serviceMonitor" -}}
{{- with index $.Values $name -}}
{{- if and .interval .scrapeTimeout -}}
{{- if gt (include "connwatch.milliseconds" .scrapeTimeout | float64) (include "connwatch.milliseconds" .interval | float64) -}}
{{- fail (printf "%s.scrapeTimeout is %s, longer than %s.interval, %s: Prometheus refuses that" $name .scrapeTimeout $name .interval) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Kubernetes accepts one of the two. The defaults are maxUnavailable 1 and maxSurge 0. */}}
{{- define "connwatch.check.rollout" -}}
{{- $rollingUpdate := include "connwatch.rollingUpdate" . | fromYaml -}}
{{- with dict "type" (.Values.updateStrategy).type "rollingUpdate" $rollingUpdate -}}
{{- if and $.Values.hostNetwork .rollingUpdate (.rollingUpdate).maxSurge (not (has (toString (.rollingUpdate).maxSurge) (list "0" "0%"))) -}}
{{- fail "updateStrategy.rollingUpdate.maxSurge needs two agents on a node, which with hostNetwork need the same ports: set maxUnavailable instead" -}}
{{- end -}}
{{- if and .rollingUpdate (ne .type "OnDelete") -}}
{{- $none := list "0" "0%" -}}
{{- $unavailable := not (has (toString .rollingUpdate.maxUnavailable) $none) -}}
{{- $surge := not (has (toString (.rollingUpdate.maxSurge | default 0)) $none) -}}
{{- if not (or $unavailable $surge) -}}
{{- fail "updateStrategy.rollingUpdate: maxUnavailable and maxSurge are both 0, so no node would be updated: set one of them" -}}
{{- end -}}
{{- if and $unavailable $surge -}}
{{- fail "updateStrategy.rollingUpdate: maxUnavailable and maxSurge are both other than 0, which Kubernetes refuses: set maxUnavailable to 0" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
