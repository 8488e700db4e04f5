# Lists the updates that Windows can install, as JSON. It only reads, and asks no server: it shows
# what Windows found when it last searched by itself. Noroshi runs it for monitors of the type
# "updates".
#   https://learn.microsoft.com/windows/win32/wua_sdk/portal-client
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

$securityCategories = @(
    '0fa1201d-4330-4fa8-8ae9-b877473b6441'  # Security Updates
    'e6cf1350-c01b-414d-a61f-263d14d133b4'  # Critical Updates
)

function ConvertTo-UtcText($moment) {
    if ($moment -is [DateTime] -and $moment.Year -gt 1900) {
        [DateTime]::SpecifyKind($moment, 'Utc').ToString('yyyy-MM-ddTHH:mm:ssZ')
    }
}

$searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$searcher.Online = $false
$found = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'").Updates
$updates = @(foreach ($update in $found) {
    $categories = @($update.Categories | ForEach-Object { $_.CategoryID })
    $isSecurity = @($categories | Where-Object { $securityCategories -contains $_ }).Count -gt 0
    @{ title = $update.Title; security = ($isSecurity -or [bool]$update.MsrcSeverity) }
})

$pendingReboot = @(
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
)
$reboot = (New-Object -ComObject Microsoft.Update.SystemInfo).RebootRequired -or
    @($pendingReboot | Where-Object { Test-Path $_ }).Count -gt 0

# LastSearchSuccessDate is in UTC.
$results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results
@{
    updates = $updates
    reboot = [bool]$reboot
    searched = ConvertTo-UtcText $results.LastSearchSuccessDate
} | ConvertTo-Json -Depth 3 -Compress
