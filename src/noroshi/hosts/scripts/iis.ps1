# Tells which sites and application pools of IIS do not run though they start automatically, as JSON
# for a monitor of the type "script". It only reads. The account of Noroshi's service must be an
# administrator, as IIS lets nobody else read its settings.
#   stopped  of each site, FTP site and pool that starts automatically: 1 if it does not run
#   https://learn.microsoft.com/powershell/module/webadministration
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

Import-Module WebAdministration
$items = @{}
$started = 'Started', '1'  # the FTP service may answer with the number

function Get-Stopped($state) { [int]($started -notcontains "$state") }

foreach ($site in Get-ChildItem IIS:\Sites) {
    $protocols = @($site.bindings.Collection | ForEach-Object { $_.protocol })
    # A site for FTP alone has no state in the web server, and asking for it is an error.
    $isFtpAlone = $protocols.Count -gt 0 -and @($protocols -ne 'ftp').Count -eq 0
    if ($site.serverAutoStart -and -not $isFtpAlone) {
        $items["site $($site.Name)"] = @{ stopped = Get-Stopped $site.State }
    }
    if ($protocols -contains 'ftp' -and $site.ftpServer.serverAutoStart) {
        $items["FTP site $($site.Name)"] = @{ stopped = Get-Stopped $site.ftpServer.state }
    }
}
foreach ($pool in Get-ChildItem IIS:\AppPools | Where-Object { $_.autoStart }) {
    $items["pool $($pool.Name)"] = @{ stopped = Get-Stopped $pool.State }
}
if ($items.Count -eq 0) { throw 'IIS has no site or pool that starts automatically.' }
@{ items = $items } | ConvertTo-Json -Depth 3 -Compress
